/** Fails with an error that `isLate` when `promise` takes too long. */
export async function within(promise, waitMs, what) {
  let timer;
  const late = new Promise((_, reject) => {
    const error = Object.assign(new Error(`waited ${waitMs} ms in vain for ${what}`), { isLate: true });
    timer = setTimeout(() => reject(error), waitMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
