import { command, EXIT } from './kit/command.ts';

/** Not in the overview: it says why it does nothing. */
export const worker = command({
  name: 'worker',
  summary: 'Workers on other machines need Postgres, which is not here yet',
  args: [],
  options: {},
  examples: [],
  run: ({ terminal }) => {
    terminal.tell(
      `holdpoint: there is no "holdpoint worker" with the embedded SQLite storage: the data folder belongs to one server, which
starts its own workers. For more of them: holdpoint serve --workers 4\n`,
    );
    return Promise.resolve(EXIT.usage);
  },
});
