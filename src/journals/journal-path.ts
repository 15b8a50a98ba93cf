import { PROFILE_CODES, ProfileCode } from "./layout";

/** How a profile is written in paths and on the command line: "ORACLE_FBDI" as "oracle-fbdi". */
export const slugOf = (profile: ProfileCode): string => profile.toLowerCase().replaceAll("_", "-");

/** The profile of such a word, in any case; null when there is none. */
export function profileOf(word: string): ProfileCode | null {
  const code = word.toUpperCase().replaceAll("-", "_");
  return PROFILE_CODES.find((each) => each === code) ?? null;
}

/** Where the file of a journal is fetched. */
export const pathOf = (externalId: string, profile: ProfileCode): string => `/journals/${externalId}/${slugOf(profile)}.csv`;
