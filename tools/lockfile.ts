interface LockedPackage {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  optionalDependencies?: Record<string, string>;
  cpu?: string[];
  os?: string[];
  libc?: string[];
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
