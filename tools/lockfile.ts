interface LockedPackage {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  optionalDependencies?: Record<string, string>;
  cpu?: string[];
  os?: string[];
  libc?: string[];
  engines?: Record<string, string>;
}

const systems = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const processors = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];

/**
 * The lockfile entries that are missing for optional dependencies of locked packages.
 * Platform, processor and C library are read from the package's name, as in `@biomejs/cli-linux-x64-musl`.
 */
export function missingPlatformEntries(packages: Record<string, LockedPackage>): Record<string, LockedPackage> {
  const missing: Record<string, LockedPackage> = {};
  for (const [path, locked] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(locked.optionalDependencies ?? {})) {
      const nested = `${path}/node_modules/${name}`;
      const top = `node_modules/${name}`;
      if (packages[nested] || packages[top]) continue;
      missing[top] = platformEntry(name, version, locked.dev === true);
    }
  }
  return missing;
}

function platformEntry(name: string, version: string, dev: boolean): LockedPackage {
  const words = name.split(/[-/]/);
  const os = systems.filter(
    (system) => words.includes(system) || (system === 'android' && words.includes('androideabi')),
  );
  const cpu = processors.filter((processor) => words.includes(processor));
  const musl = words.includes('musl') || words.includes('musleabihf');
  const gnu = words.includes('gnu') || words.includes('gnueabihf');
  return {
    version,
    ...(cpu.length > 0 && { cpu }),
    ...(dev && { dev }),
    ...((musl || gnu) && { libc: [musl ? 'musl' : 'glibc'] }),
    optional: true,
    ...(os.length > 0 && { os }),
  };
}

/** The oldest major version of Node whose npm installs this project: `engines` of package.json. */
const oldestNode = 20;

/**
 * The packages that ask for a newer Node than the one that may run npm. What runs them is the Node that the lockfile brings along, so
 * that npm's warning about each (EBADENGINE) would be wrong; it reads `engines` from the lockfile.
 */
export function newerThanInstaller(packages: Record<string, LockedPackage>): string[] {
  return Object.entries(packages).flatMap(([path, { engines }]) => {
    const [, major] = /^>=\s*(\d+)[\d.]*$/.exec(engines?.['node'] ?? '') ?? [];
    return Number(major ?? 0) > oldestNode ? [path] : [];
  });
}
