// Steps of a walk, each timed; a walk ends at its first failure, and a run with one line that says how it went.

let passed = 0;
let failed = 0;

/** One step. Later ones stand on earlier ones. */
export async function step(name, work) {
  const start = Date.now();
  try {
    const result = await work();
    passed += 1;
    console.log(`ok      ${name} (${Date.now() - start} ms)`);
    return result;
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}\n${error.stack ?? error}`);
    throw error;
  }
}

/** One step that nothing stands on: a failure is counted, and the next one is taken. */
export async function apart(name, work) {
  await step(name, work).catch(() => undefined);
}

/** Does the work, cleans up, prints the closing line and ends the program. */
export async function run(what, work, clean = async () => undefined) {
  const before = failed;
  try {
    await work();
  } catch (error) {
    if (failed === before) {
      failed += 1;
      console.log(`FAILED  ${error.stack ?? error}`);
    }
  }
  await clean().catch((error) => console.log(`cleaning up: ${error}`));
  console.log(`${what}: ${passed} passed, ${failed} failed`);
  process.exit(failed > 0 ? 1 : 0);
}
