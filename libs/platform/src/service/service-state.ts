/** What a process knows about itself while it runs. */
export class ServiceState {
  /** Base URL, once requests are answered. */
  url: string | undefined;
  /** The process is stopping: it is no longer ready, and finishes what it has. */
  draining = false;
}
