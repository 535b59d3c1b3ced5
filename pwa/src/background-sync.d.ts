/** Background Sync (Chromium only); TypeScript's libraries do not know it. */
interface ServiceWorkerRegistration {
  readonly sync?: { register(tag: string): Promise<void> };
}
