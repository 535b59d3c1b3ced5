/** Events and members of service workers that TypeScript's libraries do not know. */
interface SyncEvent extends ExtendableEvent {
  readonly tag: string;
  readonly lastChance: boolean;
}
interface ServiceWorkerGlobalScopeEventMap {
  sync: SyncEvent;
  pushsubscriptionchange: ExtendableEvent;
}
interface WorkerNavigator {
  setAppBadge?(count: number): Promise<void>;
}
