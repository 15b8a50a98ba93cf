/** The voice providers whose payloads are read, as URLs and the command line name them; also the `provider` of their legs. */
export const PROVIDERS = ["twilio", "amazon-connect", "genesys", "vapi", "retell", "bland", "livekit", "openai-realtime", "elevenlabs"] as const;
export type Provider = (typeof PROVIDERS)[number];

export function isProvider(text: string): text is Provider {
  return (PROVIDERS as readonly string[]).includes(text);
}

/** A provider as a word of the schema and of the tables: AMAZON_CONNECT for amazon-connect. */
export const PROVIDER_WORDS = PROVIDERS.map((provider) => wordOf(provider));

export function wordOf(provider: Provider): string {
  return provider.toUpperCase().replace("-", "_");
}

/** The provider of a word; null when there is none. */
export function providerOfWord(word: string): Provider | null {
  return PROVIDERS.find((provider) => wordOf(provider) === word) ?? null;
}
