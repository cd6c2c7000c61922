import { type RedisScript, redisScript } from "../../coordination/redis/client.ts";

// Keys of each script: leases (a sorted set: id -> wall clock of the server in ms at which it ends), instances (a hash: id -> JSON) and
// state (a hash: `epoch`, when the data began to exist, and `revision`, counted up by each change).

const clock = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

const announce = `
local function announce(channel)
  redis.call('HSETNX', KEYS[3], 'epoch', time[1] .. '.' .. time[2])
  redis.call('HINCRBY', KEYS[3], 'revision', 1)
  redis.call('PUBLISH', channel, '')
end
`;

/** Puts an instance and takes out those whose lease has ended. Arguments: channel, id, JSON, ttl, milliseconds to keep the keys. */
export const putScript: RedisScript = redisScript(`${clock}${announce}
local ends = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[2]) or 0)
local changed = ends <= now or redis.call('HGET', KEYS[2], ARGV[2]) ~= ARGV[3]
redis.call('ZADD', KEYS[1], now + ARGV[4], ARGV[2])
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
local dead = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 100)
if #dead > 0 then
  redis.call('ZREM', KEYS[1], unpack(dead))
  redis.call('HDEL', KEYS[2], unpack(dead))
  changed = true
end
if changed then announce(ARGV[1]) end
for index = 1, 3 do redis.call('PEXPIRE', KEYS[index], ARGV[5]) end
return 1
`);

/** Renews a lease that still stands, as it was put. Arguments: id, JSON, ttl, milliseconds to keep the keys. Returns 0 where it does not. */
export const renewScript: RedisScript = redisScript(`${clock}
local ends = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or 0)
if ends <= now or redis.call('HGET', KEYS[2], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[1])
for index = 1, 3 do redis.call('PEXPIRE', KEYS[index], ARGV[4]) end
return 1
`);

/** Takes an instance out if it is still one of those that were put. Arguments: channel, id, JSON... */
export const removeScript: RedisScript = redisScript(`${clock}${announce}
local text = redis.call('HGET', KEYS[2], ARGV[2])
for index = 3, #ARGV do
  if text == ARGV[index] then
    redis.call('ZREM', KEYS[1], ARGV[2])
    redis.call('HDEL', KEYS[2], ARGV[2])
    announce(ARGV[1])
    return 1
  end
end
return 0
`);

/**
 * Lists the instances whose leases stand, without writing, so that a replica can be asked. Argument: the version that is known. Returns the version,
 * and where that is another one, the epoch, the ids and the JSON of each.
 */
export const listScript: RedisScript = redisScript(`${clock}
local epoch = redis.call('HGET', KEYS[3], 'epoch') or ''
local alive = '(' .. string.format('%.0f', now)
local count = redis.call('ZCOUNT', KEYS[1], alive, '+inf')
local version = epoch .. '/' .. (redis.call('HGET', KEYS[3], 'revision') or '0') .. '/' .. count
if version == ARGV[1] then return { version } end
local ids = redis.call('ZRANGEBYSCORE', KEYS[1], alive, '+inf')
local texts = {}
for first = 1, #ids, 1000 do
  local part = redis.call('HMGET', KEYS[2], unpack(ids, first, math.min(first + 999, #ids)))
  for index = 1, #part do texts[#texts + 1] = part[index] or '' end
end
return { version, epoch, ids, texts }
`);
