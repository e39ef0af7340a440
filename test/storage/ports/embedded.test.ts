import { openEmbeddedStorage } from '../../../src/storage/embedded/open.ts';
import { temporaryFolder } from '../../support/server.ts';
import { storagePorts } from './suite.ts';

storagePorts('SQLite', () => openEmbeddedStorage({ dataDir: temporaryFolder(), synchronous: 'NORMAL' }));
