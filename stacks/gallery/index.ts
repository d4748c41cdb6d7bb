import { gallery } from "./gallery";

const { services } = gallery();

export { services };
