//! `CFSet`: members without order, each once.

use std::ffi::c_void;
use std::sync::{PoisonError, RwLock};

use crate::border::{In, Out, api};
use crate::cf::callbacks::{Applier, Item, KeyCallBacks};
use crate::class::{CLASSES, ClassIndex};
use crate::object::{Handle, Owned, Payload};

/// Members, and how they are kept.
pub struct CfSet {
    members: RwLock<Vec<(usize, Item)>>,
    callbacks: KeyCallBacks,
    mutable: bool,
}

/// What becomes of a member that is there already, or is not.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rule {
    Add,
    Replace,
    Set,
}

impl CfSet {
    fn new(members: impl IntoIterator<Item = Item>, callbacks: KeyCallBacks, mutable: bool) -> CfSet {
        let set = CfSet { members: RwLock::new(Vec::new()), callbacks, mutable };
        members.into_iter().for_each(|member| set.put(member, Rule::Set));
        set
    }

    fn members(&self) -> Vec<Item> {
        let members = self.members.read().unwrap_or_else(PoisonError::into_inner);
        members.iter().map(|(_, member)| *member).collect()
    }

    fn find(&self, members: &[(usize, Item)], wanted: Item) -> Option<usize> {
        let hash = self.callbacks.hash(wanted.0);
        let functions = self.callbacks.functions();
        members.iter().position(|(other, member)| *other == hash && functions.equal(member.0, wanted.0))
    }

    fn member(&self, wanted: Item) -> Option<Item> {
        let members = self.members.read().unwrap_or_else(PoisonError::into_inner);
        self.find(&members, wanted).map(|place| members[place].1)
    }

    fn put(&self, member: Item, rule: Rule) {
        let functions = self.callbacks.functions();
        if member.0.is_null() && functions.keeps() {
            return;
        }
        let hash = self.callbacks.hash(member.0);
        let released = {
            let mut members = self.members.write().unwrap_or_else(PoisonError::into_inner);
            match self.find(&members, member) {
                Some(_) if rule == Rule::Add => None,
                Some(place) => {
                    Some(std::mem::replace(&mut members[place], (hash, Item(functions.retain(member.0)))))
                }
                None if rule == Rule::Replace => None,
                None => {
                    members.push((hash, Item(functions.retain(member.0))));
                    None
                }
            }
        };
        if let Some((_, member)) = released {
            functions.release(member.0);
        }
    }

    fn remove(&self, wanted: Item) {
        let removed = {
            let mut members = self.members.write().unwrap_or_else(PoisonError::into_inner);
            self.find(&members, wanted).map(|place| members.remove(place))
        };
        removed.into_iter().for_each(|(_, member)| self.callbacks.functions().release(member.0));
    }

    fn clear(&self) {
        let members = std::mem::take(&mut *self.members.write().unwrap_or_else(PoisonError::into_inner));
        members.into_iter().for_each(|(_, member)| self.callbacks.functions().release(member.0));
    }
}

impl Drop for CfSet {
    fn drop(&mut self) {
        self.clear();
    }
}

impl Payload for CfSet {
    const NAME: &'static str = "CFSet";

    fn equal(one: Handle, other: Handle) -> bool {
        let (Some(one), Some(other)) = (one.get::<CfSet>(), other.get::<CfSet>()) else { return false };
        let members = one.members();
        members.len() == other.members().len() && members.iter().all(|member| other.member(*member).is_some())
    }

    fn hash(object: Handle) -> usize {
        object.get::<CfSet>().map_or(0, |set| set.members().len())
    }

    fn describe(object: Handle) -> String {
        let Some(set) = object.get::<CfSet>() else { return String::new() };
        let functions = set.callbacks.functions();
        let members: Vec<String> = set.members().iter().map(|member| functions.describe(member.0)).collect();
        format!("{{({})}}", members.join(", "))
    }
}

fn change(set: Handle, function: &str, change: impl FnOnce(&CfSet)) {
    match set.get::<CfSet>().filter(|set| set.mutable) {
        Some(set) => change(set),
        None => log::error!("{function}: not a set that can change"),
    }
}

api! {
    /// The type number of sets.
    fn CFSetGetTypeID() -> usize {
        CLASSES[CfSet::INDEX].type_id()
    }

    /// A set of values. Without callbacks nothing is retained and values are compared by address.
    fn CFSetCreate(_allocator: Handle, values: In<Item>, count: isize, callbacks: In<KeyCallBacks>) -> Handle {
        let Some(values) = values.to_vec(count) else { return Handle::NULL };
        Owned::new(CfSet::new(values, callbacks.read().unwrap_or(KeyCallBacks::NONE), false)).into_handle()
    }

    /// A set that can change. The capacity is a hint only.
    fn CFSetCreateMutable(_allocator: Handle, _capacity: isize, callbacks: In<KeyCallBacks>) -> Handle {
        Owned::new(CfSet::new([], callbacks.read().unwrap_or(KeyCallBacks::NONE), true)).into_handle()
    }

    /// A copy that does not change.
    fn CFSetCreateCopy(_allocator: Handle, set: Handle) -> Handle {
        let Some(source) = set.get::<CfSet>() else { return Handle::NULL };
        if !source.mutable {
            set.retain();
            return set;
        }
        Owned::new(CfSet::new(source.members(), source.callbacks, false)).into_handle()
    }

    /// A copy that can change. The capacity is a hint only.
    fn CFSetCreateMutableCopy(_allocator: Handle, _capacity: isize, set: Handle) -> Handle {
        let Some(source) = set.get::<CfSet>() else { return Handle::NULL };
        Owned::new(CfSet::new(source.members(), source.callbacks, true)).into_handle()
    }

    /// The number of members; 0 for NULL.
    fn CFSetGetCount(set: Handle) -> isize {
        set.get::<CfSet>().map_or(0, |set| set.members().len() as isize)
    }

    /// 1 if the value is a member, else 0.
    fn CFSetGetCountOfValue(set: Handle, value: Item) -> isize {
        CFSetContainsValue(set, value).into()
    }

    /// Whether the value is a member.
    fn CFSetContainsValue(set: Handle, value: Item) -> u8 {
        set.get::<CfSet>().is_some_and(|set| set.member(value).is_some()).into()
    }

    /// The member that equals a value, not retained; NULL when there is none.
    fn CFSetGetValue(set: Handle, value: Item) -> *const c_void {
        set.get::<CfSet>().and_then(|set| set.member(value)).map_or(std::ptr::null(), |member| member.0)
    }

    /// Whether a member equals a value, and which, not retained.
    fn CFSetGetValueIfPresent(set: Handle, candidate: Item, value: Out<Item>) -> u8 {
        match set.get::<CfSet>().and_then(|set| set.member(candidate)) {
            Some(found) => {
                value.set(found);
                1
            }
            None => 0,
        }
    }

    /// Copies all members, not retained.
    fn CFSetGetValues(set: Handle, values: Out<Item>) {
        let Some(set) = set.get::<CfSet>() else { return };
        for (index, member) in set.members().into_iter().enumerate() {
            values.set_at(index, member);
        }
    }

    /// Calls a function for each member.
    fn CFSetApplyFunction(set: Handle, applier: Option<Applier>, context: *mut c_void) {
        if let (Some(set), Some(applier)) = (set.get::<CfSet>(), applier) {
            set.members().into_iter().for_each(|member| applier(member, context));
        }
    }

    /// Adds a member unless an equal one is there.
    fn CFSetAddValue(set: Handle, value: Item) {
        change(set, "CFSetAddValue", |set| set.put(value, Rule::Add));
    }

    /// Adds a member or puts it in the place of an equal one.
    fn CFSetSetValue(set: Handle, value: Item) {
        change(set, "CFSetSetValue", |set| set.put(value, Rule::Set));
    }

    /// Puts a member in the place of an equal one.
    fn CFSetReplaceValue(set: Handle, value: Item) {
        change(set, "CFSetReplaceValue", |set| set.put(value, Rule::Replace));
    }

    /// Takes out the member that equals a value.
    fn CFSetRemoveValue(set: Handle, value: Item) {
        change(set, "CFSetRemoveValue", |set| set.remove(value));
    }

    /// Takes out all members.
    fn CFSetRemoveAllValues(set: Handle) {
        change(set, "CFSetRemoveAllValues", CfSet::clear);
    }
}
