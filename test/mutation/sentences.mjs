/** Leaves texts for people alone: what has a space in it is a sentence. Tests of what the code does need not repeat its words. */
const sentences = {
  shouldIgnore({ node }) {
    const text =
      node.type === "StringLiteral"
        ? node.value
        : node.type === "TemplateLiteral"
          ? node.quasis.map(({ value }) => value.raw).join("")
          : "";
    return text.includes(" ") ? "a text for people" : undefined;
  },
};

export const strykerPlugins = [{ kind: "Ignore", name: "sentences", value: sentences }];
