import { OUTPUT_PARTS } from "../config/config.ts";
import { findSchemas } from "../config/find-schemas.ts";
import { loadConfig } from "../config/load.ts";
import { absolutePath } from "../config/place.ts";
import { importStyleFor } from "../config/tsconfig.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { ProjectIdentity } from "../emit/project-key.ts";
import type { Stamp } from "../emit/stamp.ts";
import type { Host } from "../source/host.ts";
import type { OutputOptions } from "../../templates/template.ts";
import { version } from "../version.ts";

/** Command line and configuration, resolved to what a run does. Paths are absolute. */
export interface Settings {
  readonly directory: string;
  /** Schema files to compile. */
  readonly entries: readonly string[];
  /** Directories that were listed to find them. */
  readonly directories: readonly Stamp[];
  readonly importRoots: readonly string[];
  readonly outDir: string | undefined;
  /** Comparable text of everything in the configuration that shapes the output. */
  readonly text: string;
  readonly diagnostics: readonly Diagnostic[];
  /** Options for files that are written into a directory. */
  optionsFor(directory: string): OutputOptions;
  /** Lists the schemas again. */
  findAgain(): { readonly entries: readonly string[]; readonly directories: readonly Stamp[] };
}

/** Loads the configuration and finds the schemas. Files of the command line replace those of the configuration. */
export async function resolveSettings(identity: ProjectIdentity, host: Host): Promise<Settings> {
  const { directory } = identity;
  const {
    config,
    directory: configDirectory,
    ...loaded
  } = await loadConfig({ directory, file: identity.config, host });
  const isNamed = identity.files.length > 0;
  const find = (): ReturnType<typeof findSchemas> =>
    findSchemas(isNamed ? identity.files : (config.schemas ?? []), isNamed ? directory : configDirectory);
  const { files: entries, directories, diagnostics } = find();
  const outDir = outputDirectoryOf(identity, config.out?.dir, configDirectory);
  const styles = createStyles(host);
  const { importExtension = "auto", enums = "string", emit = OUTPUT_PARTS } = config.out ?? {};
  return {
    directory,
    entries,
    directories,
    importRoots: (config.importPaths ?? []).map((path) => absolutePath(configDirectory, path)),
    outDir,
    text: JSON.stringify([config, configDirectory, outDir]),
    get diagnostics() {
      return [...loaded.diagnostics, ...diagnostics, ...styles.diagnostics()];
    },
    optionsFor: (target) => ({
      importExtension: importExtension === "auto" ? styles.extensionFor(target) : importExtension,
      enums,
      version,
      emit,
    }),
    findAgain: () => {
      const again = find();
      return { entries: again.files, directories: again.directories };
    },
  };
}

function outputDirectoryOf(
  identity: ProjectIdentity,
  configured: string | undefined,
  base: string,
): string | undefined {
  if (identity.outDir !== undefined) return absolutePath(identity.directory, identity.outDir);
  return configured === undefined ? undefined : absolutePath(base, configured);
}

/** Asks each directory's tsconfig.json once, and reports each unreadable one once. */
function createStyles(host: Host): {
  extensionFor(directory: string): OutputOptions["importExtension"];
  diagnostics(): readonly Diagnostic[];
} {
  const styles = new Map<string, ReturnType<typeof importStyleFor>>();
  return {
    extensionFor: (directory) => {
      const style = styles.get(directory) ?? importStyleFor(directory, host);
      styles.set(directory, style);
      return style.importExtension;
    },
    diagnostics: () => {
      const all = [...styles.values()].flatMap((style) => style.diagnostics);
      return all.filter((one, index) => all.findIndex((other) => other.message === one.message) === index);
    },
  };
}
