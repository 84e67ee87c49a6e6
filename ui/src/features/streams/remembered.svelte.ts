/** How the list was last shown: it is the same when one comes back from a stream. */
import { firstSort, noFilter, type Filter, type Sort } from './list';

class Remembered {
  filter: Filter = $state({ ...noFilter });
  sort: Sort = $state(firstSort);
}

export const remembered = new Remembered();
