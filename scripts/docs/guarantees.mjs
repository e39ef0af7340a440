import { readFileSync } from 'node:fs';

/**
 * Each promise, and the tests that show it: by file, and words of the test's name. A test that is gone or called
 * otherwise fails this page.
 */
const PROMISES = [
  {
    title: 'What was acknowledged is not lost',
    text: 'When a run, an input, a decision or a step has been answered or seen in a stream, it is on disk, and what follows from it happens, however the process ends. Not the other way round: events are written after the checkpoint they tell of, so a worker process that is killed between the two leaves a stream without the events of its last step or two. What was delivered never changes or comes again under the same id; who must see every step reads the state or the history.',
    tests: {
      'test/crash/random-kills.int.test.ts': ['loses nothing it acknowledged'],
      'test/crash/named-points-server.int.test.ts': [
        'executes the run it had accepted',
        'uses the answer it had accepted, once',
        'executes queued runs in the order',
        'finishes what its worker was at when both died',
      ],
      'test/crash/named-points.int.test.ts': ['a run finishes by itself', 'queued runs follow in order'],
      'test/crash/story.int.test.ts': ['while a run is held', 'while a run is running'],
    },
  },
  {
    title: 'A request that comes again is carried out once',
    text: 'A launch, a pause, a resume or an emergency stop that is sent again with its `Idempotency-Key`, because the answer to it was lost, does nothing twice and answers what came of it: after a crash too, and at two nodes at the same instant.',
    more: 'retries.md',
    tests: {
      'test/crash/named-points-server.int.test.ts': [
        'starts one run for a request that comes again',
        'once that is asked for again with its key',
      ],
      'test/wire/idempotency.int.test.ts': [
        'is one run, whatever becomes of others',
        'is one run on one new thread',
        'is one emergency stop',
        'is one pause of a scope',
        'is one pause of a thread',
        'resumes a paused thread once',
        'is known after a kill -9',
        'is refused when another request had the key',
      ],
      'test/scale/nodes.int.test.ts': ['start one run, make one stop and one pause'],
    },
  },
  {
    title: 'A finished step is not repeated',
    text: 'A step whose end was stored is never run again. One that was under way is, with the same task id.',
    tests: {
      'test/crash/named-points.int.test.ts': ['a run finishes by itself'],
      'test/worker/drain.int.test.ts': ['brings what runs to the end of its step'],
      'test/gates/calls.int.test.ts': [],
    },
  },
  {
    title: 'An effect does not happen twice',
    text: 'What a step does to the world through `effect` happens once. When it cannot be known whether it did, it is found out, a person is asked, or it fails; it is never repeated silently.',
    more: 'effects.md',
    tests: {
      'test/crash/effects.int.test.ts': [
        'before the intent: it happens once',
        'after the record: its result is given again',
        'verified, it happens once',
        'its target does it once',
        'it asks whether it happened',
        'it fails when that is the rule',
        'again after a person said that it had not happened',
        'a resume is refused until somebody says',
      ],
      'test/gates/effect.test.ts': [
        'has the same key at every replay',
        'takes %j for no answer',
        'is not begun once the attempt was told to stop',
      ],
    },
  },
  {
    title: 'A question is answered once',
    text: 'A held call has not run and does not run before an answer to that very question. An answer counts once and reaches no other question.',
    more: 'approvals.md',
    tests: {
      'test/crash/named-points.int.test.ts': ['a question is asked once', 'an answer is used once'],
      'test/control/approvals.int.test.ts': [],
    },
  },
  {
    title: 'A thread has one owner',
    text: 'Whoever writes a thread proves in the same transaction that it is still its own. A worker that was given up and wakes again writes nothing: no checkpoint, no event, no effect, no end of a run.',
    tests: {
      'test/crash/two-owners.int.test.ts': [
        'never both get a run',
        'never both get a thread',
        'who was stopped past its lease',
        'is refused at once',
      ],
      'test/crash/named-points-server.int.test.ts': ['leaves nothing of a thread that was deleted'],
      'test/lifecycle/fence.test.ts': ['stores no checkpoint', 'logs no event', 'settles nothing'],
    },
  },
  {
    title: 'A fault of the machine is said, and passes',
    text: 'A full disk is 507, a database that cannot be written, is held by somebody else or is damaged is 503, both with `Retry-After`. Nothing that was acknowledged is lost, and work goes on by itself when the fault ends.',
    tests: {
      'test/faults/storage.int.test.ts': [
        'nothing acknowledged is lost, and all goes on',
        'says that its database cannot be written',
        'waits for a database that somebody else holds',
        'with a damaged page',
        'damaged throughout',
        'when a newer version has written',
        'when the clock is set %s',
        'ends neither the server nor its workers',
      ],
    },
  },
  {
    title: 'A thread stays readable',
    text: 'State that no checkpoint can hold is refused at the step that made it, naming the path. No run leaves a thread that cannot be read.',
    tests: {
      'test/wire/poison.int.test.ts': [
        'fails the run at the step that made it',
        'leaves the thread readable',
        'is stored as it was',
      ],
      'test/wire/bad-input.int.test.ts': ['is refused when it is nested too deep'],
      'test/storage/state-serializer.test.ts': ['refuses %s and names its place', 'accepts %s'],
    },
  },
  {
    title: 'A thread grows by what its steps add',
    text: 'On SQLite, long lists are stored once. What is trimmed is never what a waiting or paused thread needs.',
    more: 'decisions/0009-long-lists-are-stored-once.md',
    tests: {
      'test/storage/growth.test.ts': [
        'takes less than 10 MB',
        'gives back every checkpoint as it was',
        'stores what was changed in place',
        'goes on in a file from before',
        'says which checkpoint is damaged',
        'loses nothing to a checkpoint in the middle',
      ],
      'test/lifecycle/trim-threads.test.ts': ['keeps the last checkpoints', 'leaves alone what waits'],
    },
  },
  {
    title: 'What a model had said is not lost with its step',
    text: 'Tokens that were streamed before a step was cut are kept, shown in the state as partial, and offered to the next attempt.',
    more: 'gates.md#an-answer-that-was-cut-off',
    tests: { 'test/crash/partial-output.int.test.ts': [] },
  },
  {
    title: 'A backup is whole',
    text: 'A backup of a running server has both databases as they were at one moment, and a server started on it goes on from there.',
    more: 'operations.md',
    tests: {
      'test/crash/backup.int.test.ts': ['of a server at work, restored', 'that is damaged or no backup'],
    },
  },
  {
    title: 'It is closed to others',
    text: 'Nobody is let in by anything but a key or the rules of the project, on any route, stream or WebSocket, and a server that asks nobody listens on loopback only.',
    more: 'security.md',
    tests: {
      'test/security/api-keys.int.test.ts': [],
      'test/scale/copy.int.test.ts': ['its API keys'],
    },
  },
  {
    title: 'Nobody reaches what is somebody else’s',
    text: 'Where the rules of a project say whose a thread is, that holds for every id by which it, or what belongs to it, can be named.',
    more: 'security.md#whose-is-what',
    tests: {
      'test/security/ownership.int.test.ts': [],
      'test/wire/auth.int.test.ts': [
        'shows to each their own threads only',
        'shows nobody the thread of another',
      ],
      'test/security/config-keys.int.test.ts': [],
    },
  },
  {
    title: 'What is hostile is refused at the door',
    text: 'Names that are not the server’s, pages from elsewhere, clients that are slow or ask too much, and text that means something to somebody else.',
    more: 'security.md#what-is-refused-at-the-door',
    tests: {
      'test/security/doors.int.test.ts': [],
      'test/wire/origin.int.test.ts': [],
      'test/http/streams.test.ts': ['takes nothing for too long'],
      'test/security/injection.int.test.ts': [],
    },
  },
  {
    title: 'What leaves the server goes to public addresses',
    text: 'The address is looked at when the connection is opened, for webhooks, notices and the agent’s own requests alike.',
    more: 'outbound.md',
    tests: { 'test/security/outbound.test.ts': [] },
  },
];

const CALL =
  /^( *)(describe|it)(?:\.each(?:\((?:[^()]|\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))*\)))?\(\s*(['`])((?:\\.|(?!\3)[^\\])*)\3/gm;

const plain = (name) =>
  name
    .replaceAll(/\$\{[^}]*\}|%[sjo]/g, '…')
    .replaceAll('\\', '')
    .replaceAll('…: …', '…');

/** The tests of a file, each with the whole sentence that it and what is around it say. */
const testsIn = (file) => {
  const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
  let around = [];
  return [...text.matchAll(CALL)].flatMap(([, { length: indent }, what, , name]) => {
    around = around.filter((outer) => outer.indent < indent);
    if (what === 'describe') around.push({ indent, name });
    return what === 'describe'
      ? []
      : [{ name, sentence: plain([...around, { name }].map((part) => part.name).join(' ')) }];
  });
};

/** Those that have the words; all of the file when no words are given. */
const testsOf = ([file, words]) => {
  const tests = testsIn(file);
  const missing = words.filter((some) => !tests.some(({ name }) => name.includes(some)));
  if (missing.length > 0 || tests.length === 0)
    throw new Error(`${file} has no test called "${missing[0] ?? ''}": see guarantees.mjs`);
  const shown = tests.filter(({ name }) => words.length === 0 || words.some((some) => name.includes(some)));
  return [`\`${file}\``, '', ...new Set(shown.map(({ sentence }) => `- ${sentence}`)), ''];
};

const section = ({ title, text, more, tests }) =>
  [
    `## ${title}`,
    '',
    more === undefined ? text : `${text} [More](${more}).`,
    '',
    ...Object.entries(tests).flatMap(testsOf),
  ].join('\n');

export const guaranteesPage = () => `# What is guaranteed, and which test shows it

Each promise is followed by the names of the tests that show it. The tests kill, stop and starve real processes; \`npm test\` runs
those of one machine, with 10 random kills, CI all of them, with 100, and \`npm run test:crash\` kills a server 1,000 times and prints what
it counted.

The promises hold for runs with durability \`sync\`, which is the default, and on SQLite with
\`HOLDPOINT_SQLITE_SYNCHRONOUS=FULL\`, also the default, for a power cut too.

${PROMISES.map(section).join('\n')}`;
