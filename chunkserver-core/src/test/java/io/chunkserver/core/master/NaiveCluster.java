package io.chunkserver.core.master;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.membership.ChunkCopies;
import io.chunkserver.core.membership.Order;
import io.chunkserver.core.membership.PlacementRequest;
import io.chunkserver.core.membership.ServerState;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.DistanceMetric;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.testkit.NaiveServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Naive servers, clients that store, and two masters. Each order that a master gives, and each placement, is compared with what that
 * master was told; what is done with them, with what a correct cluster keeps.
 *
 * <p>Clients ask the first master alone: two masters do not know of each other's placements.
 */
final class NaiveCluster {

    static final MasterConfig CONFIG =
            new MasterConfig(3, Duration.ofSeconds(5), 2, 4, 4, Duration.ofSeconds(150), 3, 0, 2);

    /** A removal between its two halves: the keepers have said yes, and nothing is removed yet. */
    private record Removal(ServerId at, Order.Remove order) {}

    /** A store that a client was told the servers for, in this tick of the first master, and that has not ended. */
    private record Store(ChunkId chunk, List<ServerId> members, boolean delete, int id, int tick) {}

    private final SplittableRandom random;
    private final List<NaiveServer> servers = new ArrayList<>();
    private final Set<ServerId> down = new HashSet<>();
    private final List<ClusterMaster> masters = new ArrayList<>();
    private final List<Map<ServerId, ServerSession>> sessions = new ArrayList<>();
    private final int[] ticks = new int[2];
    private final List<Removal> removals = new ArrayList<>();
    private final List<Store> stores = new ArrayList<>();

    /** The tick of the first master in which it last named a server for a chunk. */
    private final Map<ChunkId, Map<ServerId, Integer>> named = new HashMap<>();

    private int storeCount;

    NaiveCluster(int size, long seed) {
        random = new SplittableRandom(seed);
        for (int i = 0; i < size; i++) {
            servers.add(new NaiveServer("s" + i, new Location(Math.floorDiv(i, 2), 0)));
        }
        for (int i = 0; i < 2; i++) {
            masters.add(newMaster());
            Map<ServerId, ServerSession> ofMaster = new HashMap<>();
            servers.forEach(server -> ofMaster.put(server.id(), new ServerSession(server)));
            sessions.add(ofMaster);
        }
    }

    private ClusterMaster newMaster() {
        return new ClusterMaster("m", CONFIG, DistanceMetric.EUCLIDEAN, random.split());
    }

    // What happens to masters

    void tick(int master) {
        ticks[master]++;
        masters.get(master).tick();
        sessions.get(master).values().stream()
                .filter(session -> session.silent != null)
                .forEach(session -> session.silent = session.silent + 1);
        // No store takes longer than a master remembers where it placed it.
        stores.removeIf(store -> ticks[0] - store.tick() >= CONFIG.placementTicks());
    }

    void plan(int master) {
        for (int step = 0; step < 1000 && masters.get(master).runOnce(); step++) {
            assertThat(step).as("steps of planning in a row").isLessThan(999);
        }
    }

    void restartMaster(int master) {
        masters.set(master, newMaster());
        ticks[master] = 0;
        sessions.get(master).values().forEach(ServerSession::masterForgot);
        if (master == 0) {
            named.clear();
            stores.clear();
        }
    }

    // What happens to servers

    void meet(int master, int which) {
        NaiveServer server = server(which);
        if (down.contains(server.id())) {
            return;
        }
        ServerSession session = sessions.get(master).get(server.id());
        int openBefore = session.orders.size();
        List<Order> orders = session.meet(masters.get(master));
        assertThat(orders.size() + openBefore)
                .as("orders open at " + server.id())
                .isLessThanOrEqualTo(Math.max(openBefore, CONFIG.ordersPerServer()));
        orders.forEach(order -> checkOrder(master, session, order));
    }

    void kill(int which) {
        ServerId id = server(which).id();
        down.add(id);
        forgetWork(id);
    }

    void start(int which) {
        if (down.remove(server(which).id())) {
            server(which).restart();
        }
    }

    /** A server's disk is put back to what it was at its first start. */
    void startFromOlderDisk(int which, Map<ChunkId, ChunkInfo> older) {
        NaiveServer server = server(which);
        if (down.remove(server.id())) {
            server.disk().clear();
            server.disk().putAll(older);
            server.restartAt(1);
        }
    }

    void wipe(int which) {
        NaiveServer server = server(which);
        if (down.remove(server.id())) {
            server.wipe();
        }
    }

    void changeState(int which, ServerState state) {
        server(which).become(state);
    }

    void limit(int which, long bytes) {
        server(which).limitTo(bytes);
    }

    void loseOrders(int which) {
        sessions.forEach(ofMaster -> ofMaster.get(server(which).id()).orders.clear());
    }

    /** An operator's mistake: a version appears under another transaction. */
    void forge(int which, ChunkId chunk) {
        ChunkInfo here = server(which).disk().get(chunk);
        if (here != null && !here.tombstone() && !isBusy(chunk)) {
            put(server(which), NaiveServer.version(chunk, here.version().number(), "forged" + storeCount++));
        }
    }

    private void forgetWork(ServerId id) {
        removals.removeIf(removal -> removal.at().equals(id));
        stores.removeIf(store -> store.members().contains(id));
        sessions.forEach(ofMaster -> ofMaster.get(id).died());
    }

    // What servers do with orders

    void follow(int master, int which) {
        NaiveServer server = server(which);
        ServerSession session = sessions.get(master).get(server.id());
        Order order = down.contains(server.id()) ? null : session.orders.poll();
        if (order instanceof Order.Copy copy) {
            copy.sources().stream()
                    .map(this::up)
                    .flatMap(Optional::stream)
                    .map(source -> Optional.ofNullable(source.disk().get(copy.chunk())))
                    .flatMap(Optional::stream)
                    .filter(info -> info.version().compareTo(copy.version()) >= 0)
                    .findFirst()
                    .ifPresent(info -> adopt(server, info));
        } else if (order instanceof Order.Remove remove) {
            begin(new Removal(server.id(), remove));
        }
    }

    private void adopt(NaiveServer server, ChunkInfo info) {
        ChunkInfo here = server.disk().get(info.id());
        boolean promised = stores.stream()
                .anyMatch(store ->
                        store.chunk().equals(info.id()) && store.members().contains(server.id()));
        if (!promised && (here == null || info.version().isNewerThan(here.version()))) {
            put(server, info);
        }
    }

    /** Notes the intent to remove, then asks all keepers. */
    private void begin(Removal removal) {
        removals.add(removal);
        boolean agreed = removal.order().keepers().stream()
                .allMatch(keeper -> up(keeper)
                        .filter(server -> keeps(server, removal.order()))
                        .isPresent());
        if (!agreed) {
            removals.remove(removal);
        }
    }

    private boolean keeps(NaiveServer keeper, Order.Remove order) {
        ChunkInfo here = keeper.disk().get(order.chunk());
        return here != null
                && here.version().compareTo(order.version()) >= 0
                && removals.stream()
                        .noneMatch(other -> other.at().equals(keeper.id())
                                && other.order().chunk().equals(order.chunk()));
    }

    void endRemovals() {
        for (Removal removal : removals) {
            NaiveServer server = server(removal.at());
            ChunkInfo here = server.disk().get(removal.order().chunk());
            boolean same = here != null
                    && here.version().equals(removal.order().version())
                    && here.transaction().equals(removal.order().transaction());
            if (same && stores.stream().noneMatch(store -> store.members().contains(server.id()))) {
                server.disk().remove(here.id());
                changed(server, here.id());
                assertThat(servers.stream()
                                .map(other -> other.disk().get(here.id()))
                                .anyMatch(other ->
                                        other != null && other.version().compareTo(here.version()) >= 0))
                        .as("a copy of " + here + " is left after " + removal)
                        .isTrue();
            }
        }
        removals.clear();
    }

    // What clients do

    void beginStore(ChunkId chunk, boolean delete, @Nullable Integer near, @Nullable Integer excluded) {
        PlacementRequest request = new PlacementRequest(
                chunk,
                NaiveServer.CHUNK_BYTES,
                0,
                near == null ? null : new Location(near, 0),
                excluded == null ? Set.of() : Set.of(server(excluded).id()));
        ChunkCopies copies;
        try {
            copies = ServerSession.get(masters.get(0).place(request));
        } catch (CompletionException e) {
            checkRefusal(request, ((ChunkServerException) e.getCause()).code());
            return;
        }
        List<ServerId> members = copies.members().stream().map(Member::id).toList();
        checkPlacement(request, members);
        stores.add(new Store(chunk, members, delete, storeCount++, ticks[0]));
    }

    /** The members agree on one of the stores under way, or not, as in two-phase commit. */
    void endStore(int which) {
        if (stores.isEmpty()) {
            return;
        }
        Store store = stores.remove(which % stores.size());
        if (store.members().stream()
                .anyMatch(id -> down.contains(id) || server(id).state() != ServerState.READY)) {
            return;
        }
        ChunkVersion base = versionAt(store.members().get(0), store.chunk());
        boolean newer = store.members().stream()
                .anyMatch(id -> versionAt(id, store.chunk()).isNewerThan(base));
        boolean nothingToDelete = store.delete() && base.equals(ChunkVersion.NONE);
        if (!newer && !nothingToDelete) {
            long number = base.next().number();
            ChunkInfo info = store.delete()
                    ? NaiveServer.tombstone(store.chunk(), number, "client" + store.id())
                    : NaiveServer.version(store.chunk(), number, "client" + store.id());
            store.members().forEach(id -> put(server(id), info));
        }
    }

    private ChunkVersion versionAt(ServerId id, ChunkId chunk) {
        ChunkInfo here = server(id).disk().get(chunk);
        return here == null ? ChunkVersion.NONE : here.version();
    }

    private boolean isBusy(ChunkId chunk) {
        return stores.stream().anyMatch(store -> store.chunk().equals(chunk));
    }

    // What must hold

    private void checkOrder(int master, ServerSession session, Order order) {
        Known known = known(master, order.chunk());
        ServerId target = session.server().id();
        String what = order + " to " + target + ", known " + known.versions();
        assertThat(known.transactions()).as("no order in conflict: " + what).hasSize(1);
        ChunkInfo newest = known.newest().orElseThrow();
        if (order instanceof Order.Copy copy) {
            assertThat(copy.version()).as(what).isEqualTo(newest.version());
            assertThat(copy.tombstone()).as(what).isEqualTo(newest.tombstone());
            assertThat(known.good()).as(what).doesNotContain(target);
            assertThat(copy.sources()).as(what).allMatch(source -> known.good().contains(source.id()));
            boolean missedDeletion = copy.tombstone() && session.told.containsKey(order.chunk());
            assertThat(missedDeletion || ticks[master] >= CONFIG.grace())
                    .as("after the grace: " + what)
                    .isTrue();
        } else if (order instanceof Order.Remove remove) {
            ChunkInfo here = session.told.get(order.chunk());
            assertThat(here).as(what).isNotNull();
            assertThat(remove.version()).as(what).isEqualTo(here.version());
            assertThat(remove.transaction()).as(what).isEqualTo(here.transaction());
            assertThat(remove.keepers())
                    .as(what)
                    .noneMatch(keeper -> keeper.id().equals(target));
            assertThat(remove.keepers())
                    .as(what)
                    .allMatch(keeper -> known.good().contains(keeper.id()));
            assertThat(remove.keepers().stream().map(Member::id).distinct().count())
                    .as("keepers of " + what)
                    .isGreaterThanOrEqualTo(goal(master));
            assertThat(ticks[master]).as("after the grace: " + what).isGreaterThanOrEqualTo(CONFIG.grace());
        }
    }

    private void checkPlacement(PlacementRequest request, List<ServerId> members) {
        Known known = known(0, request.chunk());
        assertThat(ticks[0]).as("ticks of a master that knows what there is").isGreaterThanOrEqualTo(CONFIG.grace());
        assertThat(members).doesNotHaveDuplicates().isNotEmpty();
        List<Store> underWay = stores.stream()
                .filter(store -> store.chunk().equals(request.chunk()))
                .toList();
        if (known.newest().isEmpty()) {
            assertThat(members).hasSizeGreaterThanOrEqualTo(CONFIG.replication());
        } else {
            assertThat(known.good())
                    .as("who is to begin has the newest version")
                    .contains(members.get(0));
        }
        for (ServerId member : members) {
            if (!known.good().contains(member) && !isRemembered(request.chunk(), member)) {
                assertThat(isCandidate(member, request))
                        .as(member + " may get " + request)
                        .isTrue();
            }
        }
        for (Store other : underWay) {
            assertThat(members).as("members shared with " + other).anyMatch(other.members()::contains);
        }
        Map<ServerId, Integer> ofChunk = named.computeIfAbsent(request.chunk(), any -> new HashMap<>());
        members.forEach(member -> ofChunk.put(member, ticks[0]));
    }

    private boolean isRemembered(ChunkId chunk, ServerId member) {
        Integer tick = named.getOrDefault(chunk, Map.of()).get(member);
        return tick != null && ticks[0] - tick < CONFIG.placementTicks();
    }

    private boolean isCandidate(ServerId id, PlacementRequest request) {
        ServerSession session = sessions.get(0).get(id);
        return session.silent != null
                && session.silent <= CONFIG.suspectAfter()
                && session.availableBytes >= request.lengthBytes()
                && !request.excluded().contains(id);
    }

    private void checkRefusal(PlacementRequest request, ErrorCode code) {
        Known known = known(0, request.chunk());
        switch (code) {
            case CONFLICTING_COPIES -> assertThat(known.transactions()).hasSizeGreaterThan(1);
            case UNREACHABLE ->
                assertThat(known.newest().isPresent() || named.containsKey(request.chunk()))
                        .isTrue();
            case MASTER_STARTING -> assertThat(ticks[0]).isLessThan(CONFIG.grace());
            default -> {
                assertThat(code).isIn(ErrorCode.TOO_FEW_SERVERS, ErrorCode.INSUFFICIENT_SPACE);
                assertThat(known.newest()).as("refused with " + code).isEmpty();
            }
        }
    }

    /** What a master was told of a chunk. */
    private record Known(Map<ServerId, ChunkInfo> versions) {

        Optional<ChunkInfo> newest() {
            return versions.values().stream().max(Comparator.comparing(ChunkInfo::version));
        }

        private Stream<Map.Entry<ServerId, ChunkInfo>> atNewest() {
            return versions.entrySet().stream()
                    .filter(entry -> entry.getValue()
                            .version()
                            .equals(newest().orElseThrow().version()));
        }

        Set<ServerId> good() {
            return new HashSet<>(atNewest().map(Map.Entry::getKey).toList());
        }

        Set<Object> transactions() {
            return new HashSet<>(
                    atNewest().map(entry -> entry.getValue().transaction()).toList());
        }
    }

    private Known known(int master, ChunkId chunk) {
        Map<ServerId, ChunkInfo> versions = new HashMap<>();
        sessions.get(master).forEach((id, session) -> {
            ChunkInfo told = session.told.get(chunk);
            if (told != null) {
                versions.put(id, told);
            }
        });
        return new Known(versions);
    }

    private long goal(int master) {
        long taking = sessions.get(master).values().stream()
                .filter(session -> session.silent != null && session.silent <= CONFIG.suspectAfter())
                .filter(session -> session.server().state() == ServerState.READY)
                .count();
        // A heartbeat may still tell of another state than there is now.
        return Math.max(1, Math.min(CONFIG.replication(), taking) - 1);
    }

    // When nothing fails any more

    /** Lets everyone who is there do what is to be done for long enough. */
    void calmDown(int rounds) {
        stores.clear();
        for (NaiveServer server : servers) {
            server.become(ServerState.READY);
            server.limitTo(1_000_000);
        }
        for (int round = 0; round < rounds; round++) {
            for (int master = 0; master < 2; master++) {
                tick(master);
                plan(master);
                for (int which = 0; which < servers.size(); which++) {
                    meet(master, which);
                    while (!sessions.get(master).get(server(which).id()).orders.isEmpty()) {
                        follow(master, which);
                    }
                    endRemovals();
                    meet(master, which);
                }
            }
        }
    }

    /** Every chunk whose newest version can be had is on as many servers as it is to be, and nowhere in an older version. */
    void checkCalm() {
        Set<ChunkId> chunks = new TreeSet<>();
        servers.forEach(server -> chunks.addAll(server.disk().keySet()));
        int upCount = servers.size() - down.size();
        for (ChunkId chunk : chunks) {
            Known known = known(0, chunk);
            if (known.newest().isEmpty()
                    || known.transactions().size() > 1
                    || known.good().stream().allMatch(down::contains)) {
                continue;
            }
            ChunkVersion newest = known.newest().orElseThrow().version();
            List<ChunkInfo> there = servers.stream()
                    .filter(server ->
                            !down.contains(server.id()) && server.disk().containsKey(chunk))
                    .map(server -> server.disk().get(chunk))
                    .toList();
            assertThat(there)
                    .as("versions of " + chunk)
                    .allMatch(info -> info.version().equals(newest));
            assertThat(there)
                    .as("copies of " + chunk)
                    .hasSizeGreaterThanOrEqualTo(Math.min(CONFIG.replication(), upCount));
        }
    }

    /** Without forged versions, older disks and lost memories no version is ever committed twice. */
    void checkOneHistory() {
        Map<String, Object> transactions = new HashMap<>();
        for (NaiveServer server : servers) {
            for (ChunkInfo info : server.disk().values()) {
                Object other = transactions.putIfAbsent(info.id() + " " + info.version(), info.transaction());
                assertThat(other == null || other.equals(info.transaction()))
                        .as(info + " was committed by " + other + " too")
                        .isTrue();
            }
        }
    }

    // Small things

    private void put(NaiveServer server, ChunkInfo info) {
        server.with(info);
        changed(server, info.id());
    }

    private void changed(NaiveServer server, ChunkId chunk) {
        sessions.forEach(ofMaster -> ofMaster.get(server.id()).changed(chunk));
    }

    NaiveServer server(int which) {
        return servers.get(which % servers.size());
    }

    private NaiveServer server(ServerId id) {
        return servers.stream()
                .filter(server -> server.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private Optional<NaiveServer> up(Member member) {
        return down.contains(member.id()) ? Optional.empty() : Optional.of(server(member.id()));
    }
}
