import { AddressInfo, Socket, connect, createServer } from "node:net";

/** A cable between the product and its database: it can be led elsewhere, be unplugged, and be cut. */
export interface Cable {
  readonly port: number;
  /** Leads new connections to another port; null unplugs it. */
  leadTo(port: number | null): void;
  /** Ends every connection at once, wherever it stands. */
  cut(): number;
  close(): Promise<void>;
}

export async function layCable(target: number): Promise<Cable> {
  let port: number | null = target;
  const pairs = new Set<[Socket, Socket]>();
  const server = createServer((near) => {
    if (port === null) return void near.destroy();
    const far = connect(port, "127.0.0.1");
    const pair: [Socket, Socket] = [near, far];
    pairs.add(pair);
    for (const [one, other] of [[near, far], [far, near]] as const) {
      one.on("error", () => undefined);
      one.on("close", () => {
        pairs.delete(pair);
        other.destroy();
      });
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cut = (): number => {
    const count = pairs.size;
    for (const [near, far] of pairs) {
      near.destroy();
      far.destroy();
    }
    return count;
  };
  return {
    port: (server.address() as AddressInfo).port,
    leadTo: (next) => {
      port = next;
    },
    cut,
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      cut();
    }),
  };
}
