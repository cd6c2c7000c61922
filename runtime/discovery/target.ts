/**
 * A parsed target, the one syntax for whom to call:
 *
 * - `tcp://10.0.0.5:9000,10.0.0.6:9000`, `unix:/run/app.sock`, `memory:name`: addresses that are known;
 * - `dns:///orders.internal:9000`: addresses that a name has;
 * - `etcd://a:2379,b:2379/shop.v1.Orders`, `zookeeper://`, `eureka://`, `redis://`, `registry://`: instances that a registry has;
 * - `file:///etc/app/instances.json`: instances listed in a file that is watched.
 */
export interface Target {
  /** What finds the instances: `etcd`. Lower case. */
  readonly scheme: string;
  /**
   * Between `//` and the next `/`, split at commas: the servers of the registry, each `host`, `host:port` or, with brackets, `[::1]:2379`.
   * Empty for `dns:///` and `file:///`, and where there is no `//`.
   */
  readonly authorities: readonly string[];
  /**
   * Behind the authorities, without its first slash: the name of the service, or a path. Where there is no `//`, all that stands behind the colon:
   * `/run/app.sock` of `unix:/run/app.sock`.
   */
  readonly path: string;
  /** What stands behind `?`. Each engine says which it reads and refuses the others. */
  readonly parameters: Readonly<Record<string, string>>;
  /** As it was written. Never shown with a password in it. */
  readonly text: string;
  /** From `user:password@` before the authorities. Not enumerable, so that a target that is printed does not tell. */
  readonly credentials?: Credentials | undefined;
}

/** Who asks a registry. */
export interface Credentials {
  /** Empty where only a password was given, as Redis has it. */
  readonly user: string;
  readonly password: string;
}
