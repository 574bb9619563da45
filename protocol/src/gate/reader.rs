//! Reads numbers and runs from a slice: never past its end, never allocating, never trusting a
//! count.

use super::refusal::{GateRefusal, malformed};

/// What is left to read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn left(&self) -> u64 {
        wide(self.0.len())
    }

    pub(super) const fn rest(&self) -> &'a [u8] {
        self.0
    }

    fn byte(&mut self) -> Result<u8, GateRefusal> {
        let (&first, rest) = self.0.split_first().ok_or(malformed("end of input"))?;
        self.0 = rest;
        Ok(first)
    }

    /// Takes `count` bytes.
    pub(super) fn take(&mut self, count: u64) -> Result<&'a [u8], GateRefusal> {
        let split = usize::try_from(count)
            .ok()
            .and_then(|count| self.0.split_at_checked(count));
        let (taken, rest) = split.ok_or(malformed("length"))?;
        self.0 = rest;
        Ok(taken)
    }

    /// An unsigned LEB128 number, shortest form only.
    pub(super) fn uleb(&mut self) -> Result<u64, GateRefusal> {
        let mut value = 0u64;
        for shift in (0..70).step_by(7) {
            let byte = self.byte()?;
            if shift == 63 && byte > 1 {
                break;
            }
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                if byte == 0 && shift > 0 {
                    break;
                }
                return Ok(value);
            }
        }
        Err(malformed("number"))
    }

    /// A signed LEB128 number.
    pub(super) fn sleb(&mut self) -> Result<i64, GateRefusal> {
        let mut value = 0i128;
        for shift in (0..70).step_by(7) {
            let byte = self.byte()?;
            value |= i128::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                if byte & 0x40 != 0 {
                    value -= 1i128 << (shift + 7);
                }
                return i64::try_from(value).ok().ok_or(malformed("number"));
            }
        }
        Err(malformed("number"))
    }
}

/// A length as the width that counts have here.
pub(super) fn wide(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// A kind of cell in a run-length encoded column.
pub(super) trait Cell {
    /// What one cell holds.
    type Out<'a>: Copy;
    /// Reads one.
    fn read<'a>(reader: &mut Reader<'a>) -> Result<Self::Out<'a>, GateRefusal>;
}

/// Unsigned numbers.
#[derive(Debug, Clone, Copy)]
pub(super) enum Unsigned {}

impl Cell for Unsigned {
    type Out<'a> = u64;
    fn read<'a>(reader: &mut Reader<'a>) -> Result<u64, GateRefusal> {
        reader.uleb()
    }
}

/// Signed numbers: steps of a delta column.
#[derive(Debug, Clone, Copy)]
pub(super) enum Signed {}

impl Cell for Signed {
    type Out<'a> = i64;
    fn read<'a>(reader: &mut Reader<'a>) -> Result<i64, GateRefusal> {
        reader.sleb()
    }
}

/// Texts with their length before them.
#[derive(Debug, Clone, Copy)]
pub(super) enum Text {}

impl Cell for Text {
    type Out<'a> = &'a str;
    fn read<'a>(reader: &mut Reader<'a>) -> Result<&'a str, GateRefusal> {
        let length = reader.uleb()?;
        std::str::from_utf8(reader.take(length)?)
            .ok()
            .ok_or(malformed("key text"))
    }
}

/// How many cells, and what each holds; nothing for a null.
type Run<'a, C> = (u64, Option<<C as Cell>::Out<'a>>);

/// A run-length encoded column, read run by run or cell by cell.
#[derive(Debug, Clone)]
pub(super) struct Rle<'a, C: Cell> {
    reader: Reader<'a>,
    run_left: u64,
    run_value: Option<C::Out<'a>>,
    literals_left: u64,
}

impl<'a, C: Cell> Rle<'a, C> {
    pub(super) fn new(column: &'a [u8]) -> Self {
        Self {
            reader: Reader::new(column),
            run_left: 0,
            run_value: None,
            literals_left: 0,
        }
    }

    /// The next run; nothing past the end.
    pub(super) fn run(&mut self) -> Result<Option<Run<'a, C>>, GateRefusal> {
        if self.literals_left > 0 {
            self.literals_left -= 1;
            return Ok(Some((1, Some(C::read(&mut self.reader)?))));
        }
        if self.reader.is_empty() {
            return Ok(None);
        }
        match self.reader.sleb()? {
            0 => Ok(Some((self.reader.uleb()?, None))),
            count if count > 0 => {
                let value = C::read(&mut self.reader)?;
                Ok(Some((count.unsigned_abs(), Some(value))))
            }
            count => {
                let literals = count.unsigned_abs();
                if literals > self.reader.left() {
                    return Err(malformed("run"));
                }
                self.literals_left = literals - 1;
                Ok(Some((1, Some(C::read(&mut self.reader)?))))
            }
        }
    }

    /// The next cell: nothing past the end, `Some(None)` for a null.
    pub(super) fn cell(&mut self) -> Result<Option<Option<C::Out<'a>>>, GateRefusal> {
        while self.run_left == 0 {
            match self.run()? {
                Some((count, value)) => (self.run_left, self.run_value) = (count, value),
                None => return Ok(None),
            }
        }
        self.run_left -= 1;
        Ok(Some(self.run_value))
    }
}

/// A column of differences, read cell by cell as absolute numbers.
#[derive(Debug, Clone)]
pub(super) struct Delta<'a> {
    steps: Rle<'a, Signed>,
    at: i64,
}

impl<'a> Delta<'a> {
    pub(super) fn new(column: &'a [u8]) -> Self {
        Self {
            steps: Rle::new(column),
            at: 0,
        }
    }

    /// The next cell, as [`Rle::cell`].
    pub(super) fn cell(&mut self) -> Result<Option<Option<i64>>, GateRefusal> {
        let Some(step) = self.steps.cell()? else {
            return Ok(None);
        };
        Ok(Some(step.map(|step| {
            self.at = self.at.saturating_add(step);
            self.at
        })))
    }
}

/// A column of booleans: lengths of alternating runs, false first.
#[derive(Debug, Clone)]
pub(super) struct Bools<'a> {
    reader: Reader<'a>,
    value: bool,
    left: u64,
}

impl<'a> Bools<'a> {
    pub(super) fn new(column: &'a [u8]) -> Self {
        Self {
            reader: Reader::new(column),
            value: true,
            left: 0,
        }
    }

    /// The next cell; nothing past the end.
    pub(super) fn cell(&mut self) -> Result<Option<bool>, GateRefusal> {
        while self.left == 0 {
            if self.reader.is_empty() {
                return Ok(None);
            }
            self.left = self.reader.uleb()?;
            self.value = !self.value;
        }
        self.left -= 1;
        Ok(Some(self.value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_their_shortest_form_only() {
        assert_eq!(Reader::new(&[0xe5, 0x8e, 0x26]).uleb(), Ok(624_485));
        assert_eq!(Reader::new(&[0x80, 0x00]).uleb(), Err(malformed("number")));
        assert_eq!(Reader::new(&[0xff; 10]).uleb(), Err(malformed("number")));
        assert_eq!(Reader::new(&[0x80]).uleb(), Err(malformed("end of input")));
        assert_eq!(Reader::new(&[0x9b, 0xf1, 0x59]).sleb(), Ok(-624_485));
        assert_eq!(Reader::new(&[0x40]).sleb(), Ok(-64));
        assert_eq!(Reader::new(&[0xff; 10]).sleb(), Err(malformed("number")));
    }

    #[test]
    fn a_column_of_runs_literals_and_nulls_reads_cell_by_cell() {
        // Two sevens, then the literals 1 and 2, then three nulls.
        let mut column = Rle::<Unsigned>::new(&[2, 7, 0x7e, 1, 2, 0, 3]);
        let mut cells = Vec::new();
        while let Some(cell) = column.cell().expect("well formed") {
            cells.push(cell);
        }
        assert_eq!(
            cells,
            [Some(7), Some(7), Some(1), Some(2), None, None, None]
        );
    }

    #[test]
    fn more_literals_than_bytes_are_refused_at_once() {
        let mut column = Rle::<Unsigned>::new(&[0x80, 0x80, 0x40, 1]);
        assert_eq!(column.run(), Err(malformed("run")));
    }
}
