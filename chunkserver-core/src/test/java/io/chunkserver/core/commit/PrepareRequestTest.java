package io.chunkserver.core.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PrepareRequestTest {

    @Test
    void aChainHasOneToSixteenMembers() {
        assertThat(request(chain(1)).coordinator().id()).isEqualTo(new ServerId("s0"));
        assertThat(request(chain(PrepareRequest.MAX_MEMBERS)).chain()).hasSize(PrepareRequest.MAX_MEMBERS);
        assertThatIllegalArgumentException().isThrownBy(() -> request(chain(0)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> request(chain(PrepareRequest.MAX_MEMBERS + 1)))
                .withMessageContaining("17 members");
    }

    @Test
    void whatIsLeftOfTheChainAfterAMember() {
        PrepareRequest request = request(chain(3));

        assertThat(request.after(new ServerId("s0"))).isEqualTo(chain(3).subList(1, 3));
        assertThat(request.after(new ServerId("s2"))).isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> request.after(new ServerId("stranger")))
                .withMessageContaining("stranger");
    }

    private static List<Member> chain(int members) {
        return IntStream.range(0, members)
                .mapToObj(number -> new Member(new ServerId("s" + number), "s" + number, Location.ORIGIN))
                .toList();
    }

    @Test
    void epochAndLengthAreNotNegative() {
        assertThat(request(chain(1), 0, 0).maxLengthBytes()).isZero();
        assertThatIllegalArgumentException().isThrownBy(() -> request(chain(1), -1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> request(chain(1), 0, -1));
    }

    private static PrepareRequest request(List<Member> chain) {
        return request(chain, 0, 10);
    }

    private static PrepareRequest request(List<Member> chain, long epoch, long maxLengthBytes) {
        return new PrepareRequest(
                new TransactionId("client", 0, 1),
                new Attempt(1, 1),
                ChunkId.parse("dir/file#0"),
                ChunkVersion.NONE,
                epoch,
                false,
                maxLengthBytes,
                Attributes.NONE,
                Durability.SYNC,
                chain,
                new UUID(1, 1),
                Duration.ofSeconds(5));
    }
}
