/** Service registries with the REST API of Eureka: existing servers (`eureka://`), and our own (`registry://`, see `rpcgen registry`). */
export { embedded } from "./embedded.ts";
export { eureka, type EurekaOptions } from "./eureka.ts";
