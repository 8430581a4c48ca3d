//! What is asked of a workload, and what it answers.
//!
//! A program often runs in many workloads that hardly differ: one image in dozens of `docker run` lines. What was
//! worked out in one of them holds in every other that answers alike what was asked on the way.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::{Evaluator, Setting};
use crate::facts::configuration::Configuration;
use crate::facts::dotenv::Dotenv;
use crate::model::{ContainerFile, EmbeddedFile, Variable};
use crate::source::{Span, Text};

/// Something that a workload is asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Question {
    /// Which one it is.
    Itself,
    /// What a variable of its environment is.
    Variable(String),
    /// Why its environment may have more than is known.
    Incomplete,
    /// The arguments of its program.
    Arguments,
    /// The arguments of its program, if one of them may be a flag of these names.
    Flag(Vec<String>),
    /// What is at a path.
    File(String),
    /// Whether a path is a folder.
    Folder(String),
    /// What a configuration file of the project says, which something brings.
    Configuration(String, Option<Span>),
    /// What a `.env` file of the project says, which something brings.
    Dotenv(String, Option<Span>),
    /// What a file in a manifest says, which a mount brings.
    Embedded(EmbeddedFile, Span),
}

/// What it says.
#[derive(Clone, Debug, PartialEq)]
enum Answer<'w> {
    Itself(usize),
    Variable(Option<&'w Variable>),
    Incomplete(Option<&'w str>),
    /// `None` where they are not known.
    Arguments(Option<&'w [Text]>),
    File(ContainerFile),
    Folder(bool),
    /// The same for all, who differ only in whether they were asked.
    Facts,
}

/// Names a set of questions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Questions(u32);

impl Questions {
    /// No question.
    pub const NONE: Self = Self(0);
    /// More than are told apart: only the same workload answers alike.
    const TOO_MANY: Self = Self(1);
}

/// Names a set of questions with what was answered to each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::model) struct Answers(u32);

/// Larger sets are [`Questions::TOO_MANY`].
const MOST_QUESTIONS: usize = 500;

/// The number of a question in [`Register::questions`].
type Number = u32;

/// The questions and answers of all workloads that run the same functions of a program, each once.
pub(super) struct Register<'w> {
    questions: Vec<Question>,
    numbers: FxHashMap<Question, Number>,
    /// What was answered to a question, by its number, each answer once.
    answers: Vec<Vec<Answer<'w>>>,
    /// Numbers in order, by set.
    sets: Vec<Rc<[Number]>>,
    of_numbers: FxHashMap<Rc<[Number]>, Questions>,
    unions: FxHashMap<(Questions, Questions), Questions>,
    /// Which answer to each question of a set.
    answered: Vec<(Questions, Rc<[usize]>)>,
    of_answered: FxHashMap<(Questions, Rc<[usize]>), Answers>,
    /// How many workloads there are so far.
    workloads: usize,
}

impl Default for Register<'_> {
    fn default() -> Self {
        let mut it = Self {
            questions: Vec::new(),
            numbers: FxHashMap::default(),
            answers: Vec::new(),
            sets: Vec::new(),
            of_numbers: FxHashMap::default(),
            unions: FxHashMap::default(),
            answered: Vec::new(),
            of_answered: FxHashMap::default(),
            workloads: 0,
        };
        it.set([].into());
        let number = it.number(Question::Itself);
        it.set([number].into());
        it
    }
}

impl<'w> Register<'w> {
    fn number(&mut self, question: Question) -> Number {
        if let Some(known) = self.numbers.get(&question) {
            return *known;
        }
        let number = self.questions.len() as Number;
        self.questions.push(question.clone());
        self.answers.push(Vec::new());
        self.numbers.insert(question, number);
        number
    }

    fn set(&mut self, numbers: Rc<[Number]>) -> Questions {
        if numbers.len() > MOST_QUESTIONS {
            return Questions::TOO_MANY;
        }
        if let Some(known) = self.of_numbers.get(&numbers) {
            return *known;
        }
        let set = Questions(self.sets.len() as u32);
        self.sets.push(Rc::clone(&numbers));
        self.of_numbers.insert(numbers, set);
        set
    }

    /// The questions of both sets.
    fn union(&mut self, one: Questions, other: Questions) -> Questions {
        let (one, other) = (one.min(other), one.max(other));
        if one == other || one == Questions::NONE {
            return other;
        }
        if one == Questions::TOO_MANY {
            return one;
        }
        if let Some(known) = self.unions.get(&(one, other)) {
            return *known;
        }
        let mut numbers = [&*self.sets[one.0 as usize], &*self.sets[other.0 as usize]].concat();
        numbers.sort_unstable();
        numbers.dedup();
        let set = self.set(numbers.into());
        self.unions.insert((one, other), set);
        set
    }

    fn answers(&mut self, set: Questions, each: Rc<[usize]>) -> Answers {
        if let Some(known) = self.of_answered.get(&(set, Rc::clone(&each))) {
            return *known;
        }
        let answers = Answers(self.answered.len() as u32);
        self.answered.push((set, Rc::clone(&each)));
        self.of_answered.insert((set, each), answers);
        answers
    }
}

/// One workload, and what it was asked.
pub(super) struct Asked<'w> {
    setting: Setting<'w>,
    register: Rc<RefCell<Register<'w>>>,
    /// Its number among the workloads of the register.
    number: usize,
    /// Which answer it gave, by question.
    own: RefCell<FxHashMap<Number, usize>>,
    /// What it answered to the questions of a set.
    own_answers: RefCell<FxHashMap<Questions, Answers>>,
    /// Whether it answers so.
    alike: RefCell<FxHashMap<Answers, bool>>,
    /// Everything that it was asked so far.
    all: Cell<Questions>,
}

impl<'w> Asked<'w> {
    pub fn new(setting: Setting<'w>, register: Rc<RefCell<Register<'w>>>) -> Self {
        let mut workloads = register.borrow_mut();
        let number = workloads.workloads;
        workloads.workloads += 1;
        drop(workloads);
        let (own, own_answers) = (RefCell::default(), RefCell::default());
        Self { setting, register, number, own, own_answers, alike: RefCell::default(), all: Cell::default() }
    }

    /// The set that has the question alone, and the answer to it.
    fn ask(&self, question: Question) -> (Questions, Answer<'w>) {
        let mut register = self.register.borrow_mut();
        let number = register.number(question);
        let set = register.set([number].into());
        drop(register);
        let at = self.answer(number);
        (set, self.register.borrow().answers[number as usize][at].clone())
    }

    /// Which answer it gives.
    fn answer(&self, number: Number) -> usize {
        if let Some(known) = self.own.borrow().get(&number) {
            return *known;
        }
        let mut register = self.register.borrow_mut();
        let answer = self.say(&register.questions[number as usize]);
        let answers = &mut register.answers[number as usize];
        let at = answers.iter().position(|it| *it == answer).unwrap_or_else(|| {
            answers.push(answer);
            answers.len() - 1
        });
        self.own.borrow_mut().insert(number, at);
        at
    }

    fn say(&self, question: &Question) -> Answer<'w> {
        let Setting { environment, arguments, files } = self.setting;
        match question {
            Question::Itself => Answer::Itself(self.number),
            Question::Variable(name) => Answer::Variable(environment.get(name)),
            Question::Incomplete => Answer::Incomplete(environment.incomplete.as_deref()),
            Question::Arguments => Answer::Arguments(arguments),
            Question::Flag(names) => Answer::Arguments(match arguments {
                Some(all) if !all.iter().any(|it| may_give(it.as_str(), names)) => Some(&[]),
                it => it,
            }),
            Question::File(path) => Answer::File(files.at(path)),
            Question::Folder(path) => Answer::Folder(files.is_folder(path)),
            // They are noted as read where they are asked for.
            Question::Configuration(path, brought_by) => {
                let _ = files.configuration(path, *brought_by);
                Answer::Facts
            }
            Question::Dotenv(path, brought_by) => {
                let _ = files.dotenv(path, *brought_by);
                Answer::Facts
            }
            Question::Embedded(file, brought_by) => {
                let _ = files.embedded(*file, *brought_by);
                Answer::Facts
            }
        }
    }

    /// The questions of both sets.
    pub fn union(&self, one: Questions, other: Questions) -> Questions {
        self.register.borrow_mut().union(one, other)
    }

    /// Notes that something rests on these questions.
    pub fn note(&self, set: Questions) {
        self.all.set(self.union(self.all.get(), set));
    }

    /// What it answers to these.
    pub fn answers(&self, set: Questions) -> Answers {
        if let Some(known) = self.own_answers.borrow().get(&set) {
            return *known;
        }
        let numbers = Rc::clone(&self.register.borrow().sets[set.0 as usize]);
        let each: Rc<[usize]> = numbers.iter().map(|it| self.answer(*it)).collect();
        let answers = self.register.borrow_mut().answers(set, each);
        self.own_answers.borrow_mut().insert(set, answers);
        self.alike.borrow_mut().insert(answers, true);
        answers
    }

    /// The questions, when it answers them like that. It is asked in the order in which they came up first, up to
    /// the one that it answers otherwise.
    pub fn agrees(&self, answers: Answers) -> Option<Questions> {
        let (set, each) = self.register.borrow().answered[answers.0 as usize].clone();
        if let Some(known) = self.alike.borrow().get(&answers) {
            return known.then_some(set);
        }
        let numbers = Rc::clone(&self.register.borrow().sets[set.0 as usize]);
        let agrees = numbers.iter().zip(&*each).all(|(number, at)| self.answer(*number) == *at);
        self.alike.borrow_mut().insert(answers, agrees);
        agrees.then_some(set)
    }

    /// Everything that it was asked so far, with its answers.
    pub fn so_far(&self) -> Answers {
        self.answers(self.all.get())
    }
}

/// Whether a word of a command line may give a flag of one of these names, whatever library reads it: `--port=80`,
/// `-port`, `--no-tls`, `-vp80`.
fn may_give(word: &str, names: &[String]) -> bool {
    let Some(bare) = word.strip_prefix('-') else { return false };
    let of_letters = !bare.starts_with('-');
    let name = bare.trim_start_matches('-');
    let name = name.split_once('=').map_or(name, |(name, _)| name);
    let off = name.strip_prefix("no-");
    let is_it = |it: &str| it == name || Some(it) == off;
    let is_letter = |it: &str| of_letters && it.chars().count() == 1 && bare.contains(it);
    names.iter().any(|it| is_it(it) || is_letter(it))
}

impl<'w> Evaluator<'w> {
    fn ask(&self, question: Question) -> Answer<'w> {
        let (set, answer) = self.memory.asked().ask(question);
        self.memory.ask(set);
        answer
    }

    /// What sets a variable of the workload's environment.
    #[must_use]
    pub fn set_variable(&self, name: &str) -> Option<&'w Variable> {
        match self.ask(Question::Variable(name.to_owned())) {
            Answer::Variable(it) => it,
            _ => None,
        }
    }

    /// Why variables may be set that are not known; `None` when none are.
    pub(super) fn environment_incomplete(&self) -> Option<&'w str> {
        match self.ask(Question::Incomplete) {
            Answer::Incomplete(it) => it,
            _ => None,
        }
    }

    /// The arguments that may choose what the program does: those before the first flag.
    pub fn subcommands(&self) -> impl Iterator<Item = &'w str> {
        let words = self.arguments().unwrap_or_default().iter().map(Text::as_str);
        words.take_while(|it| !it.starts_with('-'))
    }

    /// The program's arguments, its name excluded; `None` when they are not known.
    pub(super) fn arguments(&self) -> Option<&'w [Text]> {
        match self.ask(Question::Arguments) {
            Answer::Arguments(it) => it,
            _ => None,
        }
    }

    /// The same where one of them may be a flag of these names, else nothing.
    pub(super) fn arguments_with(&self, names: &[String]) -> Option<&'w [Text]> {
        match self.ask(Question::Flag(names.to_vec())) {
            Answer::Arguments(it) => it,
            _ => None,
        }
    }

    /// What the program finds at `path`, which may be relative to its working directory.
    #[must_use]
    pub fn file_at(&self, path: &str) -> ContainerFile {
        match self.ask(Question::File(path.to_owned())) {
            Answer::File(it) => it,
            _ => ContainerFile::Unknown,
        }
    }

    /// Whether `path` certainly is a folder.
    pub(super) fn has_folder(&self, path: &str) -> bool {
        self.ask(Question::Folder(path.to_owned())) == Answer::Folder(true)
    }

    /// The facts of a configuration file of the project, which something brings.
    pub(super) fn configuration(&self, path: &str, brought_by: Option<Span>) -> Option<&'w Configuration> {
        self.ask(Question::Configuration(path.to_owned(), brought_by));
        self.memory.asked().setting.files.configuration(path, brought_by)
    }

    /// The facts of a `.env` file of the project, which something brings.
    pub(super) fn dotenv(&self, path: &str, brought_by: Option<Span>) -> Option<&'w Dotenv> {
        self.ask(Question::Dotenv(path.to_owned(), brought_by));
        self.memory.asked().setting.files.dotenv(path, brought_by)
    }

    /// The facts of a file in a manifest, which a mount brings.
    pub(super) fn embedded(&self, file: EmbeddedFile, brought_by: Span) -> Option<&'w Configuration> {
        self.ask(Question::Embedded(file, brought_by));
        self.memory.asked().setting.files.embedded(file, brought_by)
    }

    /// Whether the project has a file at that path.
    pub(super) fn in_project(&self, path: &str) -> bool {
        self.memory.asked().setting.files.in_project(path)
    }

    /// Everything that the workload was asked so far, with what it answered.
    pub(in crate::model) fn answers(&self) -> Answers {
        self.memory.asked().so_far()
    }

    /// Whether the workload answers all that like this; what another one found then holds here.
    pub(in crate::model) fn agrees(&self, answers: Answers) -> bool {
        self.memory.asked().agrees(answers).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_may_give_a_flag() {
        let names = ["port".to_owned(), "p".to_owned()];
        for word in ["--port", "-port=80", "--port=80", "--no-port", "-p", "-vp80", "-p=80"] {
            assert!(may_give(word, &names), "{word}");
        }
        for word in ["port", "--ports", "--sport=80", "--host=p", "-", "--", "--pp"] {
            assert!(!may_give(word, &names), "{word}");
        }
    }
}
