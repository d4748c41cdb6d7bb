// The pack, as `pulumi preview --policy-pack <folder of PulumiPolicy.yaml>` starts it.
import { PolicyPack } from "@pulumi/policy";

import { policiesOf } from "./pack";
import { rules } from "./rules";

new PolicyPack("pulumi-kserve", { policies: policiesOf(rules) });
