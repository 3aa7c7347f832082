package io.chunkserver.core.testkit;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.replication.Replicas;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Other servers that do as a test tells them; a server's name is its address. Not thread-safe. */
public final class FakeReplicas implements Replicas {

    private final CallTrace trace;
    private final Map<String, FakeReplica> replicas = new LinkedHashMap<>();

    /** Servers that write down what they hear in this trace. */
    public FakeReplicas(CallTrace trace) {
        this.trace = trace;
    }

    /** A server that can be reached from now on. */
    public FakeReplica add(String name, Location location) {
        FakeReplica replica = new FakeReplica(this, new Member(new ServerId(name), name, location));
        replicas.put(name, replica);
        return replica;
    }

    CallTrace trace() {
        return trace;
    }

    @Override
    public FakeReplica peer(Member member) {
        FakeReplica replica = replicas.get(member.address());
        if (replica == null) {
            throw new AssertionError("server " + member + " was never made known to the one under test");
        }
        return replica;
    }

    @Override
    public CompletionStage<Member> identify(String address) {
        FakeReplica replica = replicas.get(address);
        return replica == null
                ? CompletableFuture.failedFuture(Failure.of(ErrorCode.UNREACHABLE, "nobody answers at " + address)
                        .withHint("name servers that run")
                        .toException())
                : CompletableFuture.completedFuture(replica.member());
    }
}
