import { main } from "@pulumi/pulumi/provider";

import { ComponentProvider, packageRoot } from "./provider";

void main(new ComponentProvider(packageRoot()), process.argv.slice(2));
