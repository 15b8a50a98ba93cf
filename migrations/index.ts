import { Tenancy1760000000001 } from "./0001-tenancy";
import { Governance1760000000002 } from "./0002-governance";
import { Metering1760000000003 } from "./0003-metering";
import { Costs1760000000004 } from "./0004-costs";
import { Allocation1760000000005 } from "./0005-allocation";
import { AuditChain1760000000006 } from "./0006-audit-chain";
import { Closing1760000000007 } from "./0007-closing";
import { Statements1760000000008 } from "./0008-statements";
import { UsageByMonth1760000000009 } from "./0009-usage-by-month";
import { OwnershipRecorded1760000000010 } from "./0010-ownership-recorded";
import { Facets1760000000011 } from "./0011-facets";
import { Sources1760000000012 } from "./0012-sources";
import { Ownership1760000000014 } from "./0014-ownership";
import { Corrections1760000000015 } from "./0015-corrections";
import { Carriers1760000000016 } from "./0016-carriers";
import { Providers1760000000017 } from "./0017-providers";
import { Rating1760000000018 } from "./0018-rating";
import { RatingByUnit1760000000019 } from "./0019-rating-by-unit";
import { StatementCorrections1760000000020 } from "./0020-statement-corrections";
import { AllocationMethods1760000000021 } from "./0021-allocation-methods";
import { Journals1760000000023 } from "./0023-journals";
import { Budgets1760000000024 } from "./0024-budgets";
import { Close1760000000025 } from "./0025-close";
import { StatementDeadlines1760000000026 } from "./0026-statement-deadlines";
import { TrueUps1760000000027 } from "./0027-true-ups";
import { Benefits1760000000028 } from "./0028-benefits";
import { BusinessCases1760000000029 } from "./0029-business-cases";
import { ApiKeys1760000000030 } from "./0030-api-keys";
import { Programme1760000000031 } from "./0031-programme";
import { Bi1760000000032 } from "./0032-bi";
import { BiScopes1760000000033 } from "./0033-bi-scopes";

/** Every migration, in order. */
export const migrations = [
  Tenancy1760000000001,
  Governance1760000000002,
  Metering1760000000003,
  Costs1760000000004,
  Allocation1760000000005,
  AuditChain1760000000006,
  Closing1760000000007,
  Statements1760000000008,
  UsageByMonth1760000000009,
  OwnershipRecorded1760000000010,
  Facets1760000000011,
  Sources1760000000012,
  Ownership1760000000014,
  Corrections1760000000015,
  Carriers1760000000016,
  Providers1760000000017,
  Rating1760000000018,
  RatingByUnit1760000000019,
  StatementCorrections1760000000020,
  AllocationMethods1760000000021,
  Journals1760000000023,
  Budgets1760000000024,
  Close1760000000025,
  StatementDeadlines1760000000026,
  TrueUps1760000000027,
  Benefits1760000000028,
  BusinessCases1760000000029,
  ApiKeys1760000000030,
  Programme1760000000031,
  Bi1760000000032,
  BiScopes1760000000033,
];
