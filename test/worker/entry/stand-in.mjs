// Stands in for a worker process: dies while it starts, or takes runs, has had one, and drains when it is told to.
if (JSON.parse(process.argv[2]).dies) process.exit(1);
process.on('message', ({ type }) => type === 'drain' && process.exit(0));
process.send({ type: 'ready' });
process.send({ type: 'heartbeat', vitals: { active: 0, taken: 1, memoryBytes: 0 } });
