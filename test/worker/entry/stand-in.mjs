// Stands in for a worker process: dies while it starts, or takes runs, has had one, and drains when it is told to.
// Some graph of its has written to the pipe of its last words, which is the pool's, and sends messages that are like
// the pool's own and have not all that is in those.
import { writeSync } from 'node:fs';

if (JSON.parse(process.argv[2]).dies) process.exit(1);
process.on('message', ({ type }) => type === 'drain' && process.exit(0));
for (const line of ['', 'not of ours', 'null', '{"child":null}', '{"lastWords":1}']) writeSync(4, `${line}\n`);
for (const type of ['signal', 'heartbeat', 'retire', 'reply', 'refusal', 'toString']) process.send({ type });
process.send({ type: 'ready' });
process.send({ type: 'heartbeat', vitals: { active: 0, taken: 1, memoryBytes: 0 } });
