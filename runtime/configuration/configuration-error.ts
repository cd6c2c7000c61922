/** What is wrong with a document of configuration. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
  /** Where in the document: `methods["*"].timeoutMs`; empty for the whole. */
  readonly place: string;

  constructor(place: string, text: string) {
    const fault = text.replace(/\.$/, "");
    super(place === "" ? `The configuration ${fault}.` : `${place} ${fault}.`);
    this.place = place;
  }
}
