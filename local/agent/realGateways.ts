import { ApiError, type KubernetesClient, type KubernetesObject } from "../../sdk/kubernetes/client";
import { gatewayController, type RealGateways } from "../cluster/stages";
import { sleep } from "../process";
import { follow } from "./follow";

const group = "/apis/gateway.networking.k8s.io/v1";
/** kwok hears of changed Stages after it has acted on the old ones, so that what was played is looked for more than once. */
const cleanUpDelaysMs = [0, 500, 2000];

interface RouteParent {
  controllerName?: string;
  parentRef: { name: string; namespace?: string };
}

/**
 * What of classes, gateways and controllers is not to be played.
 *
 * @param controllers `controllerName`s of controllers that run here.
 */
export function realGateways(
  controllers: ReadonlySet<string>,
  classes: Iterable<KubernetesObject>,
  gateways: Iterable<KubernetesObject>,
): RealGateways {
  const classNames = new Set(
    [...classes]
      .filter(({ spec }) => controllers.has((spec as { controllerName?: string }).controllerName ?? ""))
      .map(({ metadata }) => metadata.name ?? ""),
  );
  const names = [...gateways]
    .filter(({ spec }) => classNames.has((spec as { gatewayClassName?: string }).gatewayClassName ?? ""))
    .map(({ metadata }) => `${metadata.namespace ?? ""}/${metadata.name ?? ""}`);
  return { controllers: [...controllers].sort(), classes: [...classNames].sort(), gateways: names.sort() };
}

/**
 * The parents of a route's status without those that were played for gateways whose controller runs here.
 *
 * @returns undefined when there are none to take away.
 */
export function withoutPlayed(route: KubernetesObject, { gateways }: RealGateways): RouteParent[] | undefined {
  const { parents = [] } = (route.status ?? {}) as { parents?: RouteParent[] };
  const kept = parents.filter(({ controllerName, parentRef }) => {
    const gateway = `${parentRef.namespace ?? route.metadata.namespace ?? ""}/${parentRef.name}`;
    return controllerName !== gatewayController || !gateways.includes(gateway);
  });
  return kept.length === parents.length ? undefined : kept;
}

/** Knows which gateways have a controller that runs here, and tells when that changes. */
export class RealGatewayWatch {
  current: RealGateways = { controllers: [], classes: [], gateways: [] };
  private readonly classes = new Map<string, KubernetesObject>();
  private readonly gateways = new Map<string, KubernetesObject>();

  constructor(
    private readonly client: KubernetesClient,
    /** `controllerName`s of controllers that run here. */
    private readonly controllers: () => ReadonlySet<string>,
    private readonly onChange: () => Promise<unknown>,
    private readonly log: (text: string) => void,
    private readonly signal: AbortSignal,
  ) {}

  /** Follows classes and gateways until the signal. */
  start(): void {
    for (const [plural, known] of [
      ["gatewayclasses", this.classes],
      ["gateways", this.gateways],
    ] as const) {
      void follow(
        this.client,
        `${group}/${plural}`,
        {},
        ({ type, object }) => {
          const uid = object.metadata.uid ?? "";
          if (type === "set") known.set(uid, object);
          else known.delete(uid);
          this.check();
        },
        this.signal,
      );
    }
  }

  /** To be called when other controllers run. */
  check(): void {
    const next = realGateways(this.controllers(), this.classes.values(), this.gateways.values());
    if (JSON.stringify(next) === JSON.stringify(this.current)) return;
    const grown = next.gateways.some((name) => !this.current.gateways.includes(name));
    this.current = next;
    void this.onChange().then(() => (grown ? this.takeBackPlayed() : undefined));
  }

  private async takeBackPlayed(): Promise<void> {
    for (const delay of cleanUpDelaysMs) {
      await sleep(delay);
      if (this.signal.aborted) return;
      try {
        const { items } = (await this.client.request("GET", `${group}/httproutes`)) as { items: KubernetesObject[] };
        for (const route of items) await this.cleanRoute(route);
      } catch (error) {
        this.log(`routes not looked at for what was played: ${String(error)}`);
      }
    }
  }

  private async cleanRoute(route: KubernetesObject): Promise<void> {
    const parents = withoutPlayed(route, this.current);
    if (!parents) return;
    const { namespace = "", name = "", resourceVersion } = route.metadata;
    try {
      await this.client.request("PATCH", `${group}/namespaces/${namespace}/httproutes/${name}/status`, {
        contentType: "application/merge-patch+json",
        // Not over what the controller writes at the same moment.
        body: { metadata: { resourceVersion }, status: { parents } },
      });
    } catch (error) {
      if (error instanceof ApiError && [404, 409].includes(error.code)) return;
      throw error;
    }
  }
}
