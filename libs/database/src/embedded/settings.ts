/** Small enough to idle beside the application, large enough for a small company. */
const SMALL: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '40',
  shared_buffers: '64MB',
  huge_pages: 'off',
  work_mem: '8MB',
  maintenance_work_mem: '48MB',
  effective_cache_size: '512MB',
  random_page_cost: '1.1',
  jit: 'off',
  // Every idle worker process is memory: one query, one core.
  io_method: 'sync',
  max_worker_processes: '0',
  max_parallel_workers: '0',
  max_parallel_workers_per_gather: '0',
  max_parallel_maintenance_workers: '0',
  max_logical_replication_workers: '0',
  max_replication_slots: '0',
  max_wal_senders: '0',
  wal_level: 'minimal',
  min_wal_size: '64MB',
  max_wal_size: '512MB',
  checkpoint_timeout: '10min',
  autovacuum_max_workers: '1',
  autovacuum_worker_slots: '1',
  autovacuum_naptime: '2min',
  logging_collector: 'off',
  log_checkpoints: 'off',
  // Refused statements quote values; the application hears of them, and says so without.
  log_min_messages: 'log',
  // An idle, half-dead client must not keep its locks.
  tcp_keepalives_idle: '30',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/** For tests: what a power cut would destroy is made again anyway. */
const VOLATILE: Readonly<Record<string, string>> = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '150',
  autovacuum_naptime: '10min',
};

export function serverArguments(durable: boolean, extra: Readonly<Record<string, string>> = {}): string[] {
  const settings = { ...SMALL, ...(durable ? {} : VOLATILE), ...extra };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
