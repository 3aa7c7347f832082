package io.chunkserver.core.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.ChunkCopies;
import io.chunkserver.core.membership.ChunkReport;
import io.chunkserver.core.membership.OpenTransaction;
import io.chunkserver.core.membership.Order;
import io.chunkserver.core.membership.PlacementRequest;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The few steps of which tests of masters are made. */
interface MasterSteps extends MasterSubject {

    ChunkId CHUNK = new ChunkId("/contract/file", 0);

    /** Ticks in which surely two and four heartbeats are missing: the first may come a moment after the last heartbeat. */
    int SUSPECT_AFTER = 3;

    int DEAD_AFTER = 5;

    /** Ticks for which it is remembered where a store was placed. */
    int PLACEMENT_MEMORY = 240;

    /** More than the ticks after a start in which nothing is ordered. */
    int SETTLED = 5;

    /** What a stage completes with; never waits long. */
    default <T> T get(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException | InterruptedException e) {
            throw new AssertionError("unexpected: " + e, e);
        }
    }

    /** How a stage failed. */
    default Failure failureOf(CompletionStage<?> stage) {
        try {
            Object answer = stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
            throw new AssertionError("did not fail but answered " + answer);
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(ChunkServerException.class);
            return ((ChunkServerException) e.getCause()).failure();
        } catch (TimeoutException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    default ErrorCode codeOf(CompletionStage<?> stage) {
        return failureOf(stage).code();
    }

    /** A server that stands at x on a line, not registered yet. */
    default NaiveServer server(String name, double x) {
        return new NaiveServer(name, new Location(x, 0));
    }

    /** Servers s0 to s(count-1) at 0, 1, 2 and so on, registered. */
    default List<NaiveServer> servers(int count) {
        List<NaiveServer> servers = new ArrayList<>();
        for (int x = 0; x < count; x++) {
            servers.add(server("s" + x, x));
        }
        servers.forEach(this::join);
        return servers;
    }

    /** The same of a master that has been up for long enough to order and to place anything. */
    default List<NaiveServer> settled(int count) {
        List<NaiveServer> servers = servers(count);
        pass(SETTLED, servers);
        return servers;
    }

    /** Registers a server, lets it report all it has and send a heartbeat. */
    default void join(NaiveServer server) {
        get(master().register(server.registration()));
        reportAll(server);
        beat(server);
    }

    default void reportAll(NaiveServer server) {
        for (ChunkReport part : server.fullReport()) {
            get(master().report(part));
        }
    }

    default void report(NaiveServer server, ChunkId... changed) {
        get(master().report(server.changes(Arrays.asList(changed))));
    }

    /** A registered server tells of a store that is not over there. */
    default void tellOpen(NaiveServer server, ChunkId chunk, long version) {
        get(master().report(new ChunkReport(
                server.run(),
                ChunkReport.Kind.CHANGES,
                List.of(),
                List.of(),
                List.of(new OpenTransaction(chunk, new ChunkVersion(version))),
                0)));
    }

    /** A version appears at a registered server, which reports it. */
    default void store(NaiveServer server, ChunkInfo info) {
        server.with(info);
        report(server, info.id());
    }

    /** A heartbeat of a registered server; its orders. */
    default List<Order> beat(NaiveServer server) {
        return beat(server, 0);
    }

    /** A heartbeat of a server that has so many orders open. */
    default List<Order> beat(NaiveServer server, int openOrders) {
        var reply = get(master().heartbeat(server.heartbeat(openOrders)));
        assertThat(reply.registered()).as("server " + server.id() + " is known").isTrue();
        return reply.orders();
    }

    /** Lets time pass in which only these servers are heard; the orders that each was given, which it has not ended. */
    default Map<ServerId, List<Order>> pass(int ticks, List<NaiveServer> heard) {
        Map<ServerId, List<Order>> orders = new HashMap<>();
        for (int i = 0; i < ticks; i++) {
            tick();
            plan();
            for (NaiveServer server : heard) {
                List<Order> open = orders.computeIfAbsent(server.id(), any -> new ArrayList<>());
                open.addAll(beat(server, open.size()));
            }
        }
        return orders;
    }

    default PlacementRequest request(ChunkId chunk) {
        return new PlacementRequest(chunk, NaiveServer.CHUNK_BYTES, 0, null, Set.of());
    }

    default PlacementRequest request(ChunkId chunk, Location near, ServerId... excluded) {
        return new PlacementRequest(chunk, NaiveServer.CHUNK_BYTES, 0, near, Set.of(excluded));
    }

    default List<ServerId> place(PlacementRequest request) {
        return ids(get(master().place(request)));
    }

    default List<ServerId> locate(ChunkId chunk, @Nullable Location near) {
        return ids(get(master().locate(chunk, near)));
    }

    static List<ServerId> ids(ChunkCopies copies) {
        return copies.members().stream().map(Member::id).toList();
    }

    static List<ServerId> ids(NaiveServer... servers) {
        return Arrays.stream(servers).map(NaiveServer::id).toList();
    }

    /** Does what was ordered, and reports it. */
    default void follow(List<NaiveServer> servers, Map<ServerId, List<Order>> orders) {
        for (NaiveServer server : servers) {
            for (Order order : orders.getOrDefault(server.id(), List.of())) {
                Order.Copy copy = (Order.Copy) order;
                servers.stream()
                        .filter(source ->
                                source.id().equals(copy.sources().get(0).id()))
                        .forEach(source -> store(server, source.disk().get(copy.chunk())));
            }
        }
    }

    default List<Member> members(List<NaiveServer> servers) {
        return servers.stream().map(NaiveServer::member).toList();
    }

    default void assertNothingOrdered(Map<ServerId, List<Order>> orders) {
        assertThat(orders.values().stream().flatMap(List::stream)).as("orders").isEmpty();
    }
}
