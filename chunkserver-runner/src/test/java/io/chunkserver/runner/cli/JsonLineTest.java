package io.chunkserver.runner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.model.ChunkId;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonLineTest {

    @Test
    void writesMembersInOrderOnOneLine() {
        JsonLine line = JsonLine.answer("chunkserver.test/1")
                .with("text", "two\nlines and \"quotes\"")
                .with("sizeBytes", 1L << 40)
                .with("number", 0.5)
                .with("truth", true)
                .with("nothing", null)
                .with("id", new ChunkId("/a", 1))
                .with("list", List.of("x", JsonLine.part().with("y", 2)));
        assertThat(line)
                .hasToString("{\"schema\":\"chunkserver.test/1\",\"text\":\"two\\nlines and \\\"quotes\\\"\","
                        + "\"sizeBytes\":1099511627776,\"number\":0.5,\"truth\":true,\"nothing\":null,"
                        + "\"id\":\"/a#1\",\"list\":[\"x\",{\"y\":2}]}");
    }
}
