package io.chunkserver.core.replication;

import io.chunkserver.core.commit.Environment;
import io.chunkserver.core.commit.Participant;
import io.chunkserver.core.commit.PrepareRequest;
import io.chunkserver.core.commit.PrepareStream;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * A chain in which every member forwards each block to the next as soon as it has verified it, while its own disk still writes.
 */
public final class ForwardingChain implements ReplicationChain {

    /** What each hop takes off the time it was given, at most, so that the member next to a fault is the first to tell. */
    private static final Duration HOP_MARGIN = Duration.ofMillis(200);

    private final Supplier<Member> self;
    private final Participant participant;
    private final Replicas replicas;
    private final Environment environment;
    private final ChainConfig config;

    /**
     * @param self this server, whose address may become known after it has started
     */
    public ForwardingChain(
            Supplier<Member> self,
            Participant participant,
            Replicas replicas,
            Environment environment,
            ChainConfig config) {
        this.self = self;
        this.participant = participant;
        this.replicas = replicas;
        this.environment = environment;
        this.config = config;
    }

    @Override
    public CompletionStage<List<Member>> order(List<String> addresses) {
        if (addresses.size() >= PrepareRequest.MAX_MEMBERS) {
            return CompletableFuture.failedFuture(Failure.of(
                            ErrorCode.INVALID_ARGUMENT,
                            "a chain of " + (addresses.size() + 1) + " members; at most " + PrepareRequest.MAX_MEMBERS
                                    + " are allowed")
                    .toException());
        }
        CompletionStage<List<Member>> identified = CompletableFuture.completedFuture(new ArrayList<>());
        for (CompletionStage<Member> asked :
                addresses.stream().map(replicas::identify).toList()) {
            identified = identified.thenCombine(asked, (members, member) -> {
                members.add(member);
                return members;
            });
        }
        return identified.thenCompose(this::nearestFirst);
    }

    private CompletionStage<List<Member>> nearestFirst(List<Member> others) {
        Member primary = self.get();
        Map<ServerId, Member> seen = new HashMap<>(Map.of(primary.id(), primary));
        for (Member member : others) {
            Member twin = seen.putIfAbsent(member.id(), member);
            if (twin != null) {
                return CompletableFuture.failedFuture(Failure.of(
                                ErrorCode.INVALID_ARGUMENT,
                                "server " + member.id() + " is named twice in the replica list, as " + twin.address()
                                        + " and as " + member.address())
                        .withHint("name each server once, and the primary not at all")
                        .toException());
            }
        }
        List<Member> chain = new ArrayList<>(others);
        chain.sort(Comparator.comparingDouble(
                        (Member member) -> config.metric().between(primary.location(), member.location()))
                .thenComparing(Member::id));
        chain.add(0, primary);
        return CompletableFuture.completedFuture(List.copyOf(chain));
    }

    @Override
    public PrepareStream push(PrepareRequest request) {
        List<Member> others = request.after(self.get().id());
        PrepareStream local = participant.prepare(request);
        if (others.isEmpty()) {
            return local;
        }
        PrepareStream downstream = replicas.peer(others.get(0)).prepare(request.withTimeout(less(request.timeout())));
        ForkedStream forked =
                new ForkedStream(local, downstream, request.chunk(), self.get().id(), others);
        forked.watch(environment.timers(), patience(others.size()));
        return forked;
    }

    /** The member next to a fault must be the first to lose patience, or those before it would blame it. */
    private Duration patience(int membersAfter) {
        return config.stallTimeout().plus(config.stallTimeout().dividedBy(2).multipliedBy(membersAfter - 1L));
    }

    private static Duration less(Duration timeout) {
        Duration tenth = timeout.dividedBy(10);
        return timeout.minus(tenth.compareTo(HOP_MARGIN) < 0 ? tenth : HOP_MARGIN);
    }
}
