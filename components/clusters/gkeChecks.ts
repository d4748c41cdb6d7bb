import type { Problem } from "../../sdk/problems";
import { Checks, isPlain } from "./checks";
import { type GkeClusterArgs, GkeReleaseChannel } from "./gkeArgs";
import { checkSystemNodes } from "./systemPoolChecks";

const fields = [
  ["project", "location", "name", "identifier", "zones", "releaseChannel", "minVersion", "network", "controlPlane"],
  ["systemPool", "nodeServiceAccount", "nodeRoles", "secretsKey", "gatewayApi", "storageDrivers", "multiNetworking"],
  ["maintenance", "deletionProtection", "labels", "useApplicationDefaultCredentials"],
].flat();

const broadRoles = ["roles/owner", "roles/editor", "roles/container.admin", "roles/iam.serviceAccountTokenCreator"];

/** Everything that is wrong with the plain values of a cluster of GKE. */
export function problemsOfGkeCluster(name: string, args: GkeClusterArgs): Problem[] {
  const checks = new Checks();
  checks.fields("", args, fields);
  checks.matches(
    "name",
    args.name ?? name,
    /^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/,
    "GKE does not take this name",
    "at most 40 small letters, digits and hyphens, first a letter, last no hyphen",
  );
  if (args.project === undefined || args.project === "")
    checks.add({ path: "project", message: "is missing; it is not taken from the environment" });
  checkPlace(checks, args);
  checks.oneOf("releaseChannel", args.releaseChannel, Object.values(GkeReleaseChannel));
  checks.matches(
    "minVersion",
    args.minVersion,
    /^1\.\d{2}(\.\d+(-gke\.\d+)?)?$/,
    "not a version of GKE",
    'such as "1.34" or "1.34.1-gke.1829001"',
  );
  checkNetwork(checks, args);
  checkControlPlane(checks, args);
  checkSystemPool(checks, args);
  checkIdentity(checks, args);
  checks.fields("storageDrivers", args.storageDrivers, ["gcsFuse", "filestore", "lustre"]);
  checks.fields("maintenance", args.maintenance, ["start", "end", "recurrence"]);
  if (args.maintenance) {
    const { start, end, recurrence } = args.maintenance;
    checks.matches(
      "maintenance.recurrence",
      recurrence,
      /^FREQ=/,
      "not a rule of RFC 5545",
      'such as "FREQ=WEEKLY;BYDAY=SA"',
    );
    for (const [path, given] of [
      ["start", start],
      ["end", end],
    ] as const)
      if (Number.isNaN(Date.parse(given)))
        checks.add({
          path: `maintenance.${path}`,
          given,
          message: "not a time",
          allowed: 'such as "2026-01-03T00:00:00Z"',
        });
    if (Date.parse(end) - Date.parse(start) < 4 * 3600 * 1000)
      checks.add({
        path: "maintenance.end",
        given: end,
        message: `is less than 4 hours after maintenance.start, which is "${start}"`,
        allowed: "windows of at least 4 hours",
      });
  }
  return checks.problems;
}

/** The region of a location. */
export function gkeRegion(location: string): string {
  return location.split("-").slice(0, 2).join("-");
}

function checkPlace(checks: Checks, { location, zones }: GkeClusterArgs): void {
  if (location === undefined) checks.add({ path: "location", message: "is missing: a region or a zone" });
  checks.matches(
    "location",
    location,
    /^[a-z]+-[a-z]+\d+(-[a-z])?$/,
    "neither a region nor a zone",
    'such as "us-central1" or "us-central1-a"',
  );
  if (zones === undefined || !checks.list("zones", zones)) return;
  if (zones.length === 0) checks.add({ path: "zones", given: zones, message: "names no zone", fix: "leave it out" });
  zones.forEach((zone, index) => {
    const path = `zones[${index}]`;
    if (zones.indexOf(zone) !== index) checks.add({ path, given: zone, message: "is named twice" });
    if (typeof location !== "string" || new RegExp(`^${gkeRegion(location)}-[a-z]$`).test(zone)) return;
    checks.add({ path, given: zone, message: `is no zone of the cluster's region, ${gkeRegion(location)}` });
  });
}

function checkNetwork(checks: Checks, { network }: GkeClusterArgs): void {
  const ofExisting = ["network", "subnetwork", "podsRangeName", "servicesRangeName"] as const;
  const ofNew = ["nodes", "pods", "services"] as const;
  checks.fields("network", network, [...ofExisting, ...ofNew]);
  if (!network) return;
  const named = ofExisting.filter((field) => network[field] !== undefined);
  if (named.length > 0) {
    for (const field of ofExisting)
      if (network[field] === undefined)
        checks.add({
          path: `network.${field}`,
          message: `is missing: an existing network is meant, because network.${named[0]} is given`,
          fix: "name the network, the subnetwork and its ranges for pods and Services, or none of them",
        });
    for (const field of ofNew)
      if (network[field] !== undefined)
        checks.add({
          path: `network.${field}`,
          given: network[field],
          message: `has no effect: the network that network.${named[0]} names exists`,
          fix: "leave it out",
        });
    return;
  }
  checks.disjoint(
    ofNew.map((field) => {
      const given = network[field] ?? gkeRanges[field];
      const [widest, narrowest] = field === "nodes" ? [8, 29] : field === "pods" ? [8, 21] : [16, 27];
      return { path: `network.${field}`, given, range: checks.cidr(`network.${field}`, given, widest, narrowest) };
    }),
  );
}

/** Addresses of networks that are made. */
export const gkeRanges = { nodes: "10.0.0.0/20", pods: "10.16.0.0/14", services: "10.32.0.0/20" } as const;

function checkControlPlane(checks: Checks, { controlPlane }: GkeClusterArgs): void {
  checks.fields("controlPlane", controlPlane, ["access", "external", "authorizedNetworks"]);
  checks.oneOf("controlPlane.access", controlPlane?.access, ["dns", "ip"]);
  const networks = controlPlane?.authorizedNetworks;
  if (networks && controlPlane.access !== "ip")
    checks.add({
      path: "controlPlane.authorizedNetworks",
      given: networks,
      message:
        'has no effect: with controlPlane.access "dns" there is no address to guard, and IAM decides who gets in',
      fix: 'leave it out, or set controlPlane.access to "ip"',
    });
  networks?.forEach(({ cidr }, index) => checks.cidr(`controlPlane.authorizedNetworks[${index}].cidr`, cidr, 0));
}

function checkSystemPool(checks: Checks, { systemPool }: GkeClusterArgs): void {
  checks.fields("systemPool", systemPool, ["machineType", "minNodes", "maxNodes", "diskSizeGb"]);
  if (!systemPool) return;
  const { minNodes = 1, maxNodes = 6, diskSizeGb, machineType: machine } = systemPool;
  checkSystemNodes(
    checks,
    { minNodes, maxNodes, diskSizeGb, machine },
    {
      cloud: "gke",
      most: { minNodes: 1000, maxNodes: 15000, diskSizeGb: 65536 },
      machine: {
        field: "machineType",
        what: 'a machine type without accelerators, such as "n2-standard-8"',
        why: "without a pool of CPUs GKE does not keep other pods off its accelerators",
      },
    },
  );
}

function checkIdentity(checks: Checks, { nodeServiceAccount, nodeRoles, secretsKey }: GkeClusterArgs): void {
  if (nodeServiceAccount !== undefined && nodeRoles !== undefined)
    checks.add({
      path: "nodeRoles",
      given: nodeRoles,
      message: "has no effect: nodeServiceAccount names an identity that exists",
      fix: "give that identity its roles where it is made, or leave nodeServiceAccount out",
    });
  checks.matches(
    "nodeServiceAccount",
    nodeServiceAccount,
    /@/,
    "not an e-mail address of a service account",
    "…@….iam.gserviceaccount.com",
  );
  nodeRoles?.forEach((role, index) => {
    const path = `nodeRoles[${index}]`;
    checks.matches(
      path,
      role,
      /^(roles\/|projects\/|organizations\/)/,
      "not a role",
      'such as "roles/artifactregistry.reader"',
    );
    if (broadRoles.includes(role))
      checks.add({
        path,
        given: role,
        message: "every pod on the host network would have it",
        fix: "give pods what they need by workload identity",
      });
  });
  if (isPlain(secretsKey))
    checks.matches(
      "secretsKey",
      secretsKey,
      /^projects\/[^/]+\/locations\/[^/]+\/keyRings\/[^/]+\/cryptoKeys\/[^/]+$/,
      "not the full name of a key",
      "projects/<project>/locations/<location>/keyRings/<ring>/cryptoKeys/<key>",
    );
}
