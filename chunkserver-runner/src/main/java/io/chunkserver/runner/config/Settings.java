package io.chunkserver.runner.config;

import io.chunkserver.core.disk.DirectorySet;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.scrub.ScrubConfig;
import io.chunkserver.core.space.SpaceConfig;
import io.chunkserver.core.space.SpaceThresholds;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.zookeeper.EnsembleAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Every setting there is, once. A new one goes here, into {@link #ALL} and into {@link RunnerConfig}. */
public final class Settings {

    private static final String SERVER = "chunk_server";
    private static final String LIMITS = "limits";
    private static final String MASTER = "master";
    private static final String THRESHOLDS = "thresholds";
    private static final String SCRUB = "scrub";
    private static final String SECURITY = "security";

    /** More masters than anybody runs; each hears from the server. */
    private static final int MAX_MASTERS = 16;

    private static final ValueKind<Path> PATH = ValueKind.text("a path", Settings::path, Path::toString);
    private static final ValueKind<ServerAddress> ADDRESS =
            ValueKind.text("HOST:PORT, an IPv6 host in brackets", ServerAddress::parse, ServerAddress::toString);

    /** The server's name; a new data directory gets a made one when this is open, an old one keeps its own. */
    public static final Setting<ServerId> SERVER_ID = new Setting<>(
            SERVER,
            "server_id",
            "--server-id",
            ValueKind.text("1 to 64 characters out of A-Z a-z 0-9 . _ -", ServerId::new, ServerId::toString),
            null,
            "The server's name; kept over restarts, made up for a new data directory");

    /** Open means where it stood last; half a location counts the other half as 0. */
    public static final Setting<Double> X = new Setting<>(
            SERVER, "x", "--x", ValueKind.decimal(), null, "Where the server stands; kept over restarts, at first 0");

    public static final Setting<Double> Y = new Setting<>(
            SERVER, "y", "--y", ValueKind.decimal(), null, "Where the server stands; kept over restarts, at first 0");

    public static final Setting<Path> DATA_DIR =
            new Setting<>(SERVER, "data_dir", "--data-dir", PATH, Path.of("data", "chunks"), "Where chunks are kept");

    /** Open means that there is one, {@link #DATA_DIR}. */
    public static final Setting<List<Path>> DATA_DIRS = new Setting<>(
            SERVER,
            "data_dirs",
            "--data-dirs",
            ValueKind.list(PATH, DirectorySet.MAX_MEMBERS),
            null,
            "All data directories of a server that has several, each on a disk of its own; instead of data_dir");

    /** Open means {@code server_info.json} in the first data directory. */
    public static final Setting<Path> SERVER_INFO_FILE = new Setting<>(
            SERVER,
            "server_info_file",
            null,
            PATH,
            null,
            "Says who the server is; server_info.json in the first data directory unless set");

    /** How much all chunks together may take; the exact size of the disk is not assumed. */
    public static final Setting<Long> SPACE_LIMIT = new Setting<>(
            SERVER,
            "space_limit_mb",
            "--space",
            ValueKind.size(Sizes.MEBIBYTE, Sizes.MEBIBYTE, 1L << 60),
            1024 * Sizes.MEBIBYTE,
            "How much all chunks together may take");

    /** Loopback, so that nobody offers chunks to the world by accident; port 0 chooses a port and keeps it. */
    public static final Setting<ServerAddress> LISTEN = new Setting<>(
            SERVER,
            "listen",
            "--listen",
            ADDRESS,
            new ServerAddress("127.0.0.1", 0),
            "Where to listen; port 0 is chosen once and kept over restarts");

    /** Open means that others reach the server where it listens. */
    public static final Setting<ServerAddress> ADVERTISE = new Setting<>(
            SERVER,
            "advertise",
            "--advertise",
            ADDRESS,
            null,
            "Where others reach this server, if not where it listens; port 0 is the one it listens on");

    /** Loopback as well: whoever reaches it may look at everything. */
    public static final Setting<ServerAddress> ADMIN_LISTEN = new Setting<>(
            SERVER,
            "admin_listen",
            "--admin-listen",
            ADDRESS,
            new ServerAddress("127.0.0.1", 0),
            "Where to answer HTTP for operators: status, metrics, health; port 0 chooses one");

    /** Safe unless asked otherwise. */
    public static final Setting<Durability> DURABILITY = new Setting<>(
            SERVER,
            "durability",
            "--durability",
            ValueKind.text("sync, os", Durability::parse, Durability::word),
            Durability.SYNC,
            "What stores that ask for nothing else get: bytes forced to disk, or with the operating system");

    public static final Setting<Duration> HEARTBEAT_INTERVAL = new Setting<>(
            SERVER,
            "heartbeat_interval",
            "--heartbeat-interval",
            ValueKind.duration(Duration.ofMillis(100), Duration.ofHours(1)),
            Duration.ofSeconds(5),
            "How often a master hears from this server");

    /** Open means that the server has no master, and serves those who know it. */
    public static final Setting<List<ServerAddress>> MASTERS = new Setting<>(
            MASTER,
            "addresses",
            "--master",
            ValueKind.list(ADDRESS, MAX_MASTERS),
            null,
            "The masters that this server registers with; it heartbeats to all of them");

    /** Open means that the masters are those that are named, if any. */
    public static final Setting<EnsembleAddress> ZOOKEEPER = new Setting<>(
            MASTER,
            "zookeeper",
            "--zookeeper",
            ValueKind.text(
                    "HOST:PORT,HOST:PORT/ROOT; without a port 2181, without a root /chunkserver",
                    EnsembleAddress::parse,
                    EnsembleAddress::toString),
            null,
            "The ZooKeeper ensemble that this server registers with and that tells it its masters; instead of naming them");

    /** Below the 90 seconds that service managers commonly wait before they kill. */
    public static final Setting<Duration> DRAIN_TIMEOUT = new Setting<>(
            SERVER,
            "drain_timeout",
            "--drain-timeout",
            ValueKind.duration(Duration.ZERO, Duration.ofHours(1)),
            Duration.ofSeconds(30),
            "How long work in flight may take when the server goes down");

    /** The size of a GFS chunk. */
    public static final Setting<Long> CHUNK_SIZE_LIMIT = new Setting<>(
            LIMITS,
            "chunk_size_limit",
            null,
            ValueKind.size(1, 1, 1024 * Sizes.MEBIBYTE),
            64 * Sizes.MEBIBYTE,
            "The largest chunk");

    /** As long as a server may be away and still be told of a delete. */
    public static final Setting<Duration> TOMBSTONE_AGE = new Setting<>(
            LIMITS,
            "tombstone_age",
            null,
            ValueKind.duration(Duration.ofMinutes(1), Duration.ofDays(3650)),
            SpaceConfig.DEFAULT.tombstoneAge(),
            "How long a server without a master remembers that a chunk was deleted");

    /** The share of its space from which on somebody should make room; at most {@link #READ_ONLY_PERCENT}. */
    public static final Setting<Integer> WARN_PERCENT = new Setting<>(
            THRESHOLDS,
            "warn_percent",
            null,
            ValueKind.integer(1, 100),
            SpaceThresholds.DEFAULT.warnPercent(),
            "From how much of its space in use on the server warns");

    /** The share of its space from which on a server takes no new chunks; at most {@link #CRITICAL_PERCENT}. */
    public static final Setting<Integer> READ_ONLY_PERCENT = new Setting<>(
            THRESHOLDS,
            "read_only_percent",
            null,
            ValueKind.integer(1, 100),
            SpaceThresholds.DEFAULT.readOnlyPercent(),
            "From how much of its space in use on the server takes no new chunks, but deletes");

    public static final Setting<Integer> CRITICAL_PERCENT = new Setting<>(
            THRESHOLDS,
            "critical_percent",
            null,
            ValueKind.integer(1, 100),
            SpaceThresholds.DEFAULT.criticalPercent(),
            "From how much of its space in use on the server takes no copies either that a master orders");

    public static final Setting<Integer> HYSTERESIS_PERCENT = new Setting<>(
            THRESHOLDS,
            "hysteresis_percent",
            null,
            ValueKind.integer(0, SpaceThresholds.MAX_HYSTERESIS_PERCENT),
            SpaceThresholds.DEFAULT.hysteresisPercent(),
            "How far below a threshold its effect ends");

    /** A twentieth of what a hard disk reads: a terabyte takes a day and a half. */
    public static final Setting<Long> SCRUB_RATE = new Setting<>(
            SCRUB,
            "bytes_per_second",
            null,
            ValueKind.size(1, 4096, 1L << 40),
            ScrubConfig.DEFAULT.bytesPerSecond(),
            "How fast chunks are examined for damage when the server has nothing else to do; a tenth of it under load");

    /** Two copies of a chunk are rarely damaged within a week. */
    public static final Setting<Duration> SCRUB_INTERVAL = new Setting<>(
            SCRUB,
            "interval",
            null,
            ValueKind.duration(Duration.ZERO, Duration.ofDays(365)),
            ScrubConfig.DEFAULT.interval(),
            "How long after all chunks were examined that begins again; 0s for on demand only");

    /** Long enough for whoever looks after the server to look at it. */
    public static final Setting<Duration> QUARANTINE_RETENTION = new Setting<>(
            SCRUB,
            "quarantine_retention",
            null,
            ValueKind.duration(Duration.ZERO, Duration.ofDays(3650)),
            ScrubConfig.DEFAULT.quarantineRetention(),
            "How long damaged files are kept at least; one that may be the last copy is kept for ever");

    /** Shown to whoever connects, and to servers and masters that this one connects to. */
    public static final Setting<Path> TLS_CERTIFICATE = new Setting<>(
            SECURITY, "tls_cert", "--tls-cert", PATH, null, "The own TLS certificate, in PEM; goes with its key");

    public static final Setting<Path> TLS_KEY = new Setting<>(
            SECURITY,
            "tls_key",
            "--tls-key",
            PATH,
            null,
            "The key of the TLS certificate, PKCS #8 in PEM, without a password");

    /** Set by servers, it makes them ask everybody for a certificate. */
    public static final Setting<Path> TLS_AUTHORITY = new Setting<>(
            SECURITY,
            "tls_ca",
            "--tls-ca",
            PATH,
            null,
            "Who is trusted to sign TLS certificates, in PEM; who listens then asks for one as well");

    /** Read by servers, masters and clients alike, at their start. */
    public static final Setting<Path> SECRET_FILE = new Setting<>(
            SECURITY,
            "secret_file",
            "--secret-file",
            PATH,
            null,
            "The secret of 16 to 4096 bytes that servers, masters and clients share; who does not know it is refused");

    /** What whoever talks to a server or master needs, not only who is one. */
    public static final List<Setting<?>> OF_EVERY_VERB = List.of(TLS_CERTIFICATE, TLS_KEY, TLS_AUTHORITY, SECRET_FILE);

    /** All of them, in the order in which they are shown. */
    public static final List<Setting<?>> ALL = List.of(
            SERVER_ID,
            X,
            Y,
            DATA_DIR,
            DATA_DIRS,
            SERVER_INFO_FILE,
            SPACE_LIMIT,
            LISTEN,
            ADVERTISE,
            ADMIN_LISTEN,
            DURABILITY,
            HEARTBEAT_INTERVAL,
            MASTERS,
            ZOOKEEPER,
            DRAIN_TIMEOUT,
            CHUNK_SIZE_LIMIT,
            TOMBSTONE_AGE,
            WARN_PERCENT,
            READ_ONLY_PERCENT,
            CRITICAL_PERCENT,
            HYSTERESIS_PERCENT,
            SCRUB_RATE,
            SCRUB_INTERVAL,
            QUARANTINE_RETENTION,
            TLS_CERTIFICATE,
            TLS_KEY,
            TLS_AUTHORITY,
            SECRET_FILE);

    private Settings() {}

    private static Path path(String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("the path is empty");
        }
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException(e.getReason(), e);
        }
    }
}
