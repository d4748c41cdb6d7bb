import { cluster } from "./cluster";

export = () => cluster();
