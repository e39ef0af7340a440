import type { Outbound } from '../../resources/outbound.ts';

/** What the endpoints of the control surface are made with. */
export interface ControlDeps {
  outbound: Outbound;
}
