package io.chunkserver.core.replication;

import io.chunkserver.core.commit.AttemptNumbers;
import io.chunkserver.core.commit.Participant;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.Order;
import io.chunkserver.core.model.Member;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Removes a version after every keeper has said that it holds it, with an intent open from before the first question to the end. */
final class OrderedRemoval {

    private final Participant participant;
    private final Replicas replicas;
    private final AttemptNumbers attempts;
    private final RemovalIntents intents;
    private final Order.Remove order;

    OrderedRemoval(
            Participant participant,
            Replicas replicas,
            AttemptNumbers attempts,
            RemovalIntents intents,
            Order.Remove order) {
        this.participant = participant;
        this.replicas = replicas;
        this.attempts = attempts;
        this.intents = intents;
        this.order = order;
    }

    /** Completes with what was done, in words; exceptionally when the version stays. */
    CompletionStage<String> run() {
        if (order.keepers().stream().anyMatch(keeper -> keeper.id().equals(participant.self()))) {
            return refused("this server is itself to keep it");
        }
        if (!intents.open(order.chunk())) {
            return refused("another removal of it is under way");
        }
        return ask(order.keepers())
                .thenCompose(kept ->
                        participant.remove(order.chunk(), order.version(), order.transaction(), attempts.next()))
                .thenApply(removed -> removed ? "removed" : "left alone, since it is not that version any more")
                .whenComplete((done, failure) -> intents.close(order.chunk()));
    }

    private CompletionStage<Void> ask(List<Member> keepers) {
        CompletionStage<Void> all = CompletableFuture.completedFuture(null);
        for (Member keeper : keepers) {
            all = all.thenCompose(
                            before -> replicas.peer(keeper).holds(order.chunk(), order.version(), order.transaction()))
                    .thenCompose(holds -> holds ? CompletableFuture.<Void>completedFuture(null) : notKept(keeper));
        }
        return all;
    }

    private static CompletionStage<Void> notKept(Member keeper) {
        return CompletableFuture.failedFuture(
                Failure.of(ErrorCode.CANCELLED, "server " + keeper.id() + " does not vouch for it")
                        .toException());
    }

    private static CompletionStage<String> refused(String why) {
        return CompletableFuture.failedFuture(
                Failure.of(ErrorCode.CANCELLED, why).toException());
    }
}
