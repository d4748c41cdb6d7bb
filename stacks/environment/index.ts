import { environment } from "./environment";

const { gatewayUrls, kserveVersion, services } = environment();

export { gatewayUrls, kserveVersion, services };
