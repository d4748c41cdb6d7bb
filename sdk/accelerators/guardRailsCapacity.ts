import type { Problem } from "../problems";
import { findAccelerator, unknownName } from "./catalogue";
import { known, pending, type PoolMachine, type PoolSpec, rungNodes, type RungSpec, rungZones } from "./poolSpec";
import { capacityKinds } from "./types";

/** Kinds of the ladder, reservations, numbers of nodes. */
export function capacityProblems(spec: PoolSpec, machine: PoolMachine): Problem[] {
  const { capacity } = spec;
  if (capacity.length === 0) {
    return [{ path: "capacity", given: [], message: "no way to get machines", allowed: capacityKinds.join(", ") }];
  }
  return capacity.flatMap((rung, index) => {
    const path = `capacity[${index}]`;
    const unknown = unknownName(`${path}.kind`, rung.kind, capacityKinds);
    if (unknown) return [unknown];
    const first = capacity.findIndex(({ kind }) => kind === rung.kind);
    const twice: Problem[] =
      first < index
        ? [
            {
              path: `${path}.kind`,
              given: rung.kind,
              message: `capacity[${first}] is of this kind too, and node pools are named by it`,
              fix: "make a second AcceleratorPool",
            },
          ]
        : [];
    return [
      ...twice,
      ...kindProblems(spec, machine, rung, `${path}.kind`),
      ...reservationProblems(spec, rung, path),
      ...flexStartProblems(spec, machine, rung, path),
      ...numberProblems(spec, machine, rung, path),
    ];
  });
}

/** Sources: `capacity` of the catalogue. */
function kindProblems({ cloud, accelerator }: PoolSpec, { machine }: PoolMachine, { kind }: RungSpec, path: string) {
  const foreign = kind === (cloud === "gke" ? "capacity-block" : "flex-start");
  if (foreign) {
    const fix = cloud === "gke" ? 'say "reservation" or "flex-start"' : 'say "capacity-block" or "reservation"';
    return [{ path, given: kind, message: `${cloud} does not sell machines this way`, fix }];
  }
  if (machine?.capacity[kind] !== false) return [];
  const possible = capacityKinds.filter((other) => machine.capacity[other] === true);
  const note = accelerator && cloud === "gke" ? findAccelerator(accelerator).gke?.capacityNote : undefined;
  return [
    {
      path,
      given: kind,
      message: `${machine.machineType} is not sold this way${note ? ` (${note})` : ""}`,
      ...(possible.length > 0 && { allowed: possible.join(", ") }),
    },
  ];
}

const reservationForms = {
  gke: {
    form: /^(projects\/[^/]+\/reservations\/)?[a-z]([-a-z0-9]*[a-z0-9])?(\/reservationBlocks\/[a-z0-9][-a-z0-9]*)?(\/reservationSubBlocks\/[a-z0-9][-a-z0-9]*)?$/,
    allowed: "<name> or projects/<project>/reservations/<name>[/reservationBlocks/<block>]",
  },
  eks: {
    form: /^(cr-[0-9a-f]{8,}|arn:aws[-a-z]*:resource-groups:.+)$/,
    allowed: "cr-<hexadecimal digits>, or the ARN of a resource group of reservations",
  },
} as const;

/** Source: reservation_definitions.tf of cluster-toolkit; eksctl's managed_nodegroup.go and its pull request 8207. */
function reservationProblems(spec: PoolSpec, rung: RungSpec, path: string): Problem[] {
  const { kind, reservation } = rung;
  const needs = kind === "reservation" || kind === "capacity-block";
  if (!needs) {
    if (reservation === undefined) return [];
    const fix = `make it two rungs: { kind: "reservation", reservation: … } and "${kind}"`;
    const given = reservation === pending ? undefined : reservation;
    return [{ path: `${path}.reservation`, given, message: `${kind} machines are not of a reservation`, fix }];
  }
  const problems: Problem[] = [];
  const { form, allowed } = reservationForms[spec.cloud === "eks" ? "eks" : "gke"];
  if (reservation === undefined) {
    problems.push({ path: `${path}.reservation`, message: "missing", allowed, fix: "name the one reservation to use" });
  } else if (reservation !== pending && !form.test(reservation)) {
    problems.push({ path: `${path}.reservation`, given: reservation, message: "not a reservation", allowed });
  } else if (kind === "capacity-block" && known(reservation)?.startsWith("arn:")) {
    const message = "a capacity block is named by its reservation, not by a resource group";
    problems.push({ path: `${path}.reservation`, given: reservation as string, message, allowed: "cr-…" });
  }
  const owner = /^projects\/([^/]+)\/.*\/reservationBlocks\//.exec(known(reservation) ?? "")?.[1];
  const project = known(spec.cluster.project);
  if (owner !== undefined && project !== undefined && owner !== project) {
    const message = `GKE takes no block of a reservation that is shared by another project, and the cluster's is ${project}`;
    const fix = "name the whole reservation, or one of the cluster's project";
    problems.push({ path: `${path}.reservation`, given: known(reservation), message, fix });
  }
  const zones = rungZones(spec, rung);
  const single = kind === "capacity-block" || spec.cloud === "eks";
  if (zones === undefined || (single && zones.length !== 1)) {
    problems.push({
      path: rung.zones ? `${path}.zones` : "zones",
      ...(zones && { given: zones }),
      message: zones ? `a ${kind} lies in one zone` : `missing; a ${kind} lies in a zone, which must be named`,
      allowed: single ? "the one zone of the reservation" : "the zones of the reservation",
    });
  }
  return problems;
}

/** Source: main.tf of cluster-toolkit's gke-node-pool. */
function flexStartProblems(spec: PoolSpec, { topology }: PoolMachine, rung: RungSpec, path: string): Problem[] {
  const problems: Problem[] = [];
  const { min } = rungNodes(spec, rung, topology?.hosts);
  const minPath = rung.minNodes === undefined ? "minNodes" : `${path}.minNodes`;
  if (rung.kind === "flex-start") {
    if (spec.autoRepair === true) {
      const message = "nodes of flex-start cannot be repaired";
      problems.push({ path: "autoRepair", given: true, message, fix: "leave it out, or make a pool of its own" });
    }
    if (min !== pending && min > 0) {
      const message = "nodes of flex-start come when pods ask for them";
      problems.push({ path: minPath, given: min, message, fix: `say ${path}.minNodes: 0` });
    }
  } else if (rung.queued === true) {
    const message = `queued provisioning is of flex-start, and this is ${rung.kind}`;
    problems.push({ path: `${path}.queued`, given: true, message, fix: 'say kind: "flex-start"' });
  }
  if (rung.maxRunHours !== undefined) {
    if (rung.kind !== "flex-start") {
      const message = `machines by ${rung.kind} run until they are given back`;
      problems.push({ path: `${path}.maxRunHours`, given: rung.maxRunHours, message, fix: "leave it out" });
    } else if (!(rung.maxRunHours > 0 && rung.maxRunHours <= 168)) {
      const message = "flex-start gives machines for a week at most";
      problems.push({ path: `${path}.maxRunHours`, given: rung.maxRunHours, message, allowed: "above 0, up to 168" });
    }
  }
  return problems;
}

function numberProblems(spec: PoolSpec, { topology }: PoolMachine, rung: RungSpec, path: string): Problem[] {
  const problems: Problem[] = [];
  const where = (field: "minNodes" | "maxNodes") => (rung[field] === undefined ? field : `${path}.${field}`);
  const hosts = topology?.hosts ?? 1;
  const { min, max } = rungNodes(spec, rung, hosts);
  // A topology that does not exist is a problem of its own.
  if (max === undefined && spec.topology === undefined) {
    problems.push({
      path: "maxNodes",
      message: "missing",
      allowed: "1 or more",
      fix: "say how many nodes there may be",
    });
  }
  for (const [field, value, least] of [
    ["minNodes", min, 0],
    ["maxNodes", max, 1],
  ] as const) {
    if (value === undefined || value === pending || (Number.isInteger(value) && value >= least)) continue;
    problems.push({ path: where(field), given: value, message: "not a number of nodes", allowed: `${least} or more` });
  }
  if (problems.length > 0 || min === pending || max === pending || max === undefined) return problems;
  if (min > max) {
    const message = `more than maxNodes, which is ${max}`;
    problems.push({ path: where("minNodes"), given: min, message, allowed: `0 to ${max}` });
  }
  if (hosts === 1) return problems;
  // A slice of several hosts is made and removed as a whole; source: vllm-project/ci-infra pull request 545, cluster-toolkit.
  for (const [field, value, allowed] of [
    ["minNodes", min, [0, hosts]],
    ["maxNodes", max, [hosts]],
  ] as const) {
    if ((allowed as readonly number[]).includes(value!)) continue;
    const message = `a node pool is one slice, and topology ${topology!.topology} has ${hosts} hosts`;
    problems.push({
      path: where(field),
      given: value,
      message,
      allowed: allowed.join(" or "),
      fix: "make another AcceleratorPool for another slice",
    });
  }
  return problems;
}
