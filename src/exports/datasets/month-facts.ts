import { shiftPeriod } from "../../kernel/period";

/** The columns of a month that say which it is. */
export const firstDays = (period: string): { readonly period: string; readonly period_start: string; readonly period_end: string } =>
  ({ period, period_start: `${period}-01`, period_end: `${shiftPeriod(period, 1)}-01` });
