import { appTeam } from "./appTeam";

export = () => appTeam();
