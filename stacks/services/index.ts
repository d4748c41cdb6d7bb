import { services } from "./services";

export = () => services();
