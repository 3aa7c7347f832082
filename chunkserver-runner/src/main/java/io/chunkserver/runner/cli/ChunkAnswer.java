package io.chunkserver.runner.cli;

import io.chunkserver.core.membership.ListedChunk;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkInfo;
import java.util.Map;

/** What is told about a chunk. */
final class ChunkAnswer {

    private ChunkAnswer() {}

    /** One line of a list. */
    static Answer line(ChunkInfo info) {
        String text = info.id() + "  version " + info.version() + "  " + info.lengthBytes() + " bytes";
        return new Answer(text, json(info));
    }

    /** One line of a cluster's list. */
    static Answer line(ListedChunk chunk) {
        Answer alone = line(chunk.info());
        return new Answer(
                alone.text() + "  " + Quantity.copies(chunk.copies()),
                json(chunk.info()).with("copies", chunk.copies()));
    }

    /** Everything that is known without reading the bytes. */
    static Answer full(ChunkInfo info, Attributes attributes) {
        StringBuilder text = new StringBuilder()
                .append("chunk:       ")
                .append(info.id())
                .append('\n')
                .append("version:     ")
                .append(info.version())
                .append('\n')
                .append("length:      ")
                .append(Quantity.bytes(info.lengthBytes()))
                .append('\n')
                .append("on disk:     ")
                .append(Quantity.bytes(info.storedBytes()))
                .append('\n')
                .append("CRC-32C:     ")
                .append(ReceiptAnswer.hexadecimal(info.crc32c()))
                .append('\n')
                .append("transaction: ")
                .append(info.transaction())
                .append('\n')
                .append("epoch:       ")
                .append(info.epoch());
        JsonLine values = JsonLine.part();
        for (Map.Entry<String, String> attribute : attributes.values().entrySet()) {
            text.append("\nattribute:   ")
                    .append(attribute.getKey())
                    .append('=')
                    .append(attribute.getValue());
            values.with(attribute.getKey(), attribute.getValue());
        }
        return new Answer(text.toString(), json(info).with("attributes", values));
    }

    static JsonLine json(ChunkInfo info) {
        return JsonLine.answer("chunkserver.chunk/1")
                .with("chunk", info.id())
                .with("version", info.version().number())
                .with("lengthBytes", info.lengthBytes())
                .with("storedBytes", info.storedBytes())
                .with("crc32c", ReceiptAnswer.hexadecimal(info.crc32c()))
                .with("transaction", info.transaction())
                .with("epoch", info.epoch())
                .with("deleted", info.tombstone());
    }
}
