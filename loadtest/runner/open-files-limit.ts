/** Files that a generator has open beside its sockets: requests, pipes, libraries. */
const reserve = 600;

function openFilesLimit(): number {
  const report = process.report.getReport() as unknown as {
    userLimits?: { open_files?: { soft: number | string } };
  };
  const soft = report.userLimits?.open_files?.soft;
  return typeof soft === "number" ? soft : Number.POSITIVE_INFINITY;
}

/** Fails before a run that this machine cannot hold: half way through it would look like a fault of the product. */
export function checkLimits(sockets: number, limit = openFilesLimit()): void {
  if (sockets + reserve > limit)
    throw new Error(
      `${sockets} sockets need ${sockets + reserve} open files, the limit is ${limit}. Remedy: ulimit -n ${2 ** Math.ceil(Math.log2(sockets + reserve))}, or fewer sockets by --set.`,
    );
}
