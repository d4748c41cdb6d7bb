import { dependenciesOf, type Registration } from "./mocks";

/**
 * What is destroyed only after a resource is gone, of all that a program registered: whatever the resource depends on, by itself, by its
 * provider or by its parent, and what that depends on. So does the engine order deletions (source: `DependenciesOf` in
 * `resource/graph/dependency_graph.go` of github.com/pulumi/pulumi/pkg/v3 3.259.0).
 */
export class DestroyOrder {
  private readonly byUrn: ReadonlyMap<string, Registration>;

  constructor(registrations: readonly Registration[]) {
    this.byUrn = new Map(registrations.map((registration) => [dependenciesOf(registration).urn, registration]));
  }

  /** Transitively. */
  goneAfter(registration: Registration): Set<Registration> {
    const found = new Set<Registration>();
    const next = [registration];
    for (let current = next.pop(); current; current = next.pop()) {
      const { dependsOn, parent, provider } = dependenciesOf(current);
      for (const urn of [...dependsOn, parent, provider]) {
        const dependency = this.byUrn.get(urn);
        if (!dependency || found.has(dependency)) continue;
        found.add(dependency);
        next.push(dependency);
      }
    }
    return found;
  }
}
