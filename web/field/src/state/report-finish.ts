// Reports that were saved and cut off before their photos were attached: finished as soon as the store is open, for
// nobody looks for a draft of what the screen called saved.

import type { Call } from './files.ts';
import { alreadySaved, reportDrafts } from './report-draft.ts';
import { ReportFlow } from './report-flow.svelte.ts';

/** Finishes them and answers how many. The draft `shown` is on the screen and left to its page. */
export async function finishReports(call: Call, shown: string | null): Promise<number> {
  const left = reportDrafts(await call<'drafts'>({ do: 'drafts' })).filter(({ id }) => id !== shown);
  if (left.length === 0) return 0;
  const lines = await call<'incidents'>({ do: 'incidents' });
  let finished = 0;
  for (const { id, draft } of left) {
    const incident = alreadySaved(draft, lines);
    const saved = lines.find((line) => line.id === incident);
    if (saved === undefined) continue;
    await new ReportFlow(call, id, () => Date.now()).finish(draft, saved);
    finished += 1;
  }
  return finished;
}
