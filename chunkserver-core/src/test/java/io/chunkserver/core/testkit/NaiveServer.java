package io.chunkserver.core.testkit;

import io.chunkserver.core.membership.ChunkReport;
import io.chunkserver.core.membership.Heartbeat;
import io.chunkserver.core.membership.Incarnation;
import io.chunkserver.core.membership.Registration;
import io.chunkserver.core.membership.ServerState;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.space.SpaceSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** A chunk server as a master sees it: a directory, a place, and versions of chunks without their bytes. Not thread-safe. */
public final class NaiveServer {

    /** What a chunk takes; small, so that tests can count in chunks. */
    public static final long CHUNK_BYTES = 10;

    private static final long CHUNK_LIMIT = 1000;

    private final ServerId id;
    private final TreeMap<ChunkId, ChunkInfo> disk = new TreeMap<>();
    private Location location;
    private UUID directory;
    private long boot = 1;
    private String address;
    private long limitBytes = 1_000_000;
    private ServerState state = ServerState.READY;

    /** A server with an empty directory. */
    public NaiveServer(String name, Location location) {
        this.id = new ServerId(name);
        this.location = location;
        this.directory = new UUID(name.hashCode(), 1);
        this.address = name + ":1";
    }

    /** A committed version of a chunk; its transaction is told by {@code writer} and version. */
    public static ChunkInfo version(ChunkId chunk, long number, String writer) {
        return info(chunk, number, writer, false);
    }

    /** The version that says that a chunk is deleted. */
    public static ChunkInfo tombstone(ChunkId chunk, long number, String writer) {
        return info(chunk, number, writer, true);
    }

    private static ChunkInfo info(ChunkId chunk, long number, String writer, boolean deleted) {
        long length = deleted ? 0 : CHUNK_BYTES;
        return new ChunkInfo(
                chunk, new ChunkVersion(number), new TransactionId(writer, 0, number), 0, length, 7, length, deleted);
    }

    public ServerId id() {
        return id;
    }

    public Member member() {
        return new Member(id, address, location);
    }

    public Incarnation run() {
        return new Incarnation(id, directory, boot);
    }

    /** What is on its disk, to be changed at will. */
    public Map<ChunkId, ChunkInfo> disk() {
        return disk;
    }

    /** Puts a version on its disk. */
    public NaiveServer with(ChunkInfo info) {
        disk.put(info.id(), info);
        return this;
    }

    public ServerState state() {
        return state;
    }

    public void become(ServerState now) {
        state = now;
    }

    public void moveTo(Location now) {
        location = now;
    }

    /** Sets how much its chunks may take. */
    public void limitTo(long bytes) {
        limitBytes = bytes;
    }

    /** What is left of its limit. */
    public long availableBytes() {
        return space().availableBytes();
    }

    private SpaceSnapshot space() {
        long used = disk.values().stream().mapToLong(ChunkInfo::storedBytes).sum();
        return new SpaceSnapshot(limitBytes, used, 0, Long.MAX_VALUE);
    }

    /** Starts again on the same directory. */
    public void restart() {
        boot++;
    }

    /** Starts again at this boot count, as when an older state of its disk, or a copy, is used. */
    public void restartAt(long bootCount) {
        boot = bootCount;
    }

    public void listenAt(String newAddress) {
        address = newAddress;
    }

    /** Loses its directory and makes a new one. */
    public void wipe() {
        disk.clear();
        directory = new UUID(directory.getMostSignificantBits(), directory.getLeastSignificantBits() + 1);
        boot = 1;
    }

    public Registration registration() {
        return new Registration(run(), member(), 1, limitBytes, CHUNK_LIMIT);
    }

    public Heartbeat heartbeat(int openOrders) {
        return new Heartbeat(
                run(), location, state, state == ServerState.READY ? "" : "test", space(), 0, 0, openOrders);
    }

    /** A full report, in a first part with at most one chunk, and the others with two each. */
    public List<ChunkReport> fullReport() {
        List<ChunkInfo> left = new ArrayList<>(disk.values());
        List<ChunkReport> parts = new ArrayList<>();
        parts.add(part(ChunkReport.Kind.START, left, 1));
        while (left.size() > 2) {
            parts.add(part(ChunkReport.Kind.PART, left, 2));
        }
        parts.add(part(ChunkReport.Kind.END, left, 2));
        return parts;
    }

    private ChunkReport part(ChunkReport.Kind kind, List<ChunkInfo> left, int most) {
        List<ChunkInfo> taken = left.subList(0, Math.min(most, left.size()));
        ChunkReport part = new ChunkReport(run(), kind, taken, List.of());
        taken.clear();
        return part;
    }

    /** What there is of these chunks now. */
    public ChunkReport changes(List<ChunkId> chunks) {
        return new ChunkReport(
                run(),
                ChunkReport.Kind.CHANGES,
                chunks.stream().filter(disk::containsKey).map(disk::get).toList(),
                chunks.stream().filter(chunk -> !disk.containsKey(chunk)).toList());
    }
}
