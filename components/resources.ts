import * as pulumi from "@pulumi/pulumi";

/** Resources in any of the forms in which components pass them on. */
export type Resources = pulumi.Input<pulumi.Input<pulumi.Resource>[]> | pulumi.Input<pulumi.Resource> | undefined;

/** Joins groups of resources into one list for `dependsOn`. */
export function allResources(...groups: Resources[]): pulumi.Output<pulumi.Resource[]> {
  // Output's types unwrap a resource's own outputs; at run time resources pass through as they are.
  const lists = groups.map(
    (group) => pulumi.output(group ?? []) as unknown as pulumi.Output<pulumi.Resource | pulumi.Resource[]>,
  );
  return pulumi.all(lists).apply((resolved) => (resolved as (pulumi.Resource | pulumi.Resource[])[]).flat());
}
