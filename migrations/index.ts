import { Tenancy1760000000001 } from "./0001-tenancy";
import { Governance1760000000002 } from "./0002-governance";
import { Metering1760000000003 } from "./0003-metering";
import { Costs1760000000004 } from "./0004-costs";
import { Allocation1760000000005 } from "./0005-allocation";

/** Every migration, in order. */
export const migrations = [
  Tenancy1760000000001,
  Governance1760000000002,
  Metering1760000000003,
  Costs1760000000004,
  Allocation1760000000005,
];
