import { checkServiceName, childNames } from "../../sdk/api/names";
import type { Problem } from "../../sdk/problems";

/**
 * A pod's host name is its name, `<Deployment>-<hash of its template>-<5 characters>`. The hash has up to 10. Sources: `ComputeHash` and
 * `SafeEncodeString` of Kubernetes' Deployment controller, `SimpleNameGenerator` of its API server, which cuts what is longer than
 * {@link longestHostName} before the last five.
 */
const podSuffixLength = 17;
const longestHostName = 63;

/** The Deployments of an installation. */
function deploymentsOf(postfix: string, standalone: boolean): string[] {
  const { deployment, schedulerDeployment } = childNames(postfix);
  return [deployment, standalone ? `${postfix}-standalone` : schedulerDeployment];
}

/**
 * What is wrong with a postfix, which names the service and thereby everything that is made for it: pods whose names are cut lose the hash by
 * which a Deployment's versions, and the children of one installation, are told apart.
 *
 * The namespace is no part of a pod's host name; where a pod is to have its whole domain name as one (`setHostnameAsFQDN`), and for the length
 * of the namespace itself, the preflight has checks of its own.
 */
export function checkPostfix(postfix: string, standalone: boolean, path: string): Problem[] {
  const problems = checkServiceName(postfix, { multiNode: false, multiNodePrefill: false }, path);
  if (problems.length > 0) return problems;
  const [longest = ""] = deploymentsOf(postfix, standalone).sort((left, right) => right.length - left.length);
  const length = longest.length + podSuffixLength;
  if (length <= longestHostName) return [];
  const over = length - longestHostName;
  return [
    {
      path,
      given: postfix,
      message: `the host names of the pods of Deployment "${longest}", which end on a hash of 10 and another 5 characters, would have ${length} characters, and host names have at most ${longestHostName}`,
      allowed: `at most ${postfix.length - over} characters`,
      fix: `shorten it by ${over}`,
    },
  ];
}
