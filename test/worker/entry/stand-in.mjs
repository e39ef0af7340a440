// Stands in for a worker process: dies while it starts, ends as soon as it takes runs (by a run, or not), or takes runs, has had one, answers calls, and drains when it is told to.
// Some graph of its has written to the pipe of its last words, which is the pool's, and sends messages that are like
// the pool's own and have not all that is in those.
import { writeSync } from 'node:fs';

const { dies, endsEarly, blames, silent } = JSON.parse(process.argv[2]);
if (dies) process.exit(1);
const answer = (id) => process.send({ type: 'reply', id, value: process.pid });
process.on('message', ({ type, id }) => {
  if (type === 'drain') process.exit(0);
  if (type === 'call') setTimeout(answer, 100, id);
});
for (const line of ['', 'not of ours', 'null', '{"child":null}', '{"lastWords":1}'])
  writeSync(4, `${line}\n`);
for (const type of ['signal', 'heartbeat', 'retire', 'reply', 'refusal', 'toString']) process.send({ type });
process.send({ type: 'ready' });
if (blames) writeSync(4, `${JSON.stringify({ lastWords: { what: 'ended', runId: 'r', stack: [] } })}\n`);
if (endsEarly || blames) process.exit(1);
const beat = () => process.send({ type: 'heartbeat', vitals: { active: 0, taken: 1, memoryBytes: 0 } });
beat();
if (!silent) setInterval(beat, 50);
