package io.chunkserver.runner.config;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;

class SizesProperties {

    @Property
    void whatIsWrittenExactlyIsReadBack(@ForAll @LongRange(min = 0) long bytes) {
        assertThat(Sizes.parse(Sizes.exact(bytes))).isEqualTo(bytes);
    }

    @Property
    void anyTextIsReadOrRefusedWithAReason(@ForAll String text) {
        try {
            assertThat(Sizes.parse(text)).isNotNegative();
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageContaining("size");
        }
    }
}
