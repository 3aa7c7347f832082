package io.chunkserver.examples.owncoordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation;
import io.chunkserver.core.testkit.DiskScript;
import io.chunkserver.core.testkit.FaultyDisk;
import io.chunkserver.core.testkit.MemoryDisk;
import io.chunkserver.examples.owncoordinator.DecisionFile.Decision;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DecisionFileTest {

    private final MemoryDisk memory = new MemoryDisk();

    private static Decision decision(int number) {
        return new Decision(
                new TransactionId("client", 1, number),
                new Attempt(1, number),
                new ChunkId("a file", number),
                ChunkVersion.NONE.next(),
                10,
                -7,
                Durability.SYNC,
                List.of(new Member(new ServerId("a"), "host:7000", new Location(1.5, -2))));
    }

    @Test
    void whatIsCommittedIsThereAfterAPowerLoss() throws IOException {
        DecisionFile.open(memory, new Random(1)).commit(decision(1));
        memory.crash();

        DecisionFile next = DecisionFile.open(memory, new Random(2));
        assertThat(next.decisions()).containsExactly(decision(1));
        assertThat(next.boot()).isEqualTo(2);
    }

    @Test
    void afterAFailedForceNothingIsSaidToBeDurableAnyMore() throws IOException {
        // The first force is that of the boot.
        DecisionFile file = DecisionFile.open(
                new FaultyDisk(
                        memory,
                        DiskScript.once(
                                operation -> operation.kind() == DiskOperation.Kind.FORCE, 1, DiskFault.IO_ERROR)),
                new Random(1));

        assertThatThrownBy(() -> file.commit(decision(1))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> file.commit(decision(2))).hasMessageContaining("failed before");
    }
}
